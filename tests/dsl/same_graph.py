"""Checks that every compiler traces the same graphs: builds same_graph.cpp with each, and compares what they print."""

import argparse
import pathlib
import subprocess
import sys
import tempfile


def hashes_by(compiler, includes, folder):
    program = pathlib.Path(folder) / "same_graph"
    source = pathlib.Path(__file__).with_suffix(".cpp")
    subprocess.run([compiler, "-std=c++20", *includes, str(source), "-o", str(program)], check=True)
    return subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compilers", nargs="+", required=True)
    parser.add_argument("--include", nargs="+", required=True, help="folders for -I")
    arguments = parser.parse_args()
    includes = [f"-I{folder}" for folder in arguments.include]
    with tempfile.TemporaryDirectory() as folder:
        hashes = {compiler: hashes_by(compiler, includes, folder) for compiler in arguments.compilers}
    for compiler, text in hashes.items():
        print(f"{text}  {compiler}")
    return 0 if len(set(hashes.values())) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
