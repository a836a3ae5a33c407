"""Merges the JSON reports of several Google Benchmark programs into one: merge_json.py RESULT REPORT..."""

import json
import os
import sys


def main(result, reports):
    merged = {"benchmarks": []}
    for report in reports:
        with open(report, encoding="utf-8") as file:
            content = json.load(file)
        merged.setdefault("context", content["context"])
        merged["benchmarks"] += content["benchmarks"]
    partial = result + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(merged, file, indent=2)
        file.write("\n")
    os.replace(partial, result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
