"""Merges the JSON reports of several Google Benchmark programs into one: merge_json.py RESULT REPORT...

Names lose what Google Benchmark appends about its clock: `train_step/mlp/batch:32/threads:1`, not `.../real_time`.
"""

import json
import os
import re
import sys


CLOCK = re.compile(r"/(iterations:\d+|real_time|manual_time|process_time)\b")


def main(result, reports):
    merged = {"benchmarks": []}
    for report in reports:
        with open(report, encoding="utf-8") as file:
            content = json.load(file)
        merged.setdefault("context", content["context"])
        for benchmark in content["benchmarks"]:
            for key in ("name", "run_name"):
                benchmark[key] = CLOCK.sub("", benchmark[key])
            merged["benchmarks"].append(benchmark)
    partial = result + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(merged, file, indent=2)
        file.write("\n")
    os.replace(partial, result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
