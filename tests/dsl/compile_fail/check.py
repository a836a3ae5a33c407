"""Checks that designed mistakes do not compile, and that the compiler says what was designed.

Every NAME.cpp beside this file is a case, compiled twice by each compiler. With -DGOOD it must compile. Without, it must
not, and the compiler's output must hold each text that the file expects, white space apart:

    // expect: matmul: inner extents differ
    // expect-g++: Shape<32, 784>
    // expect-clang++: Shape<32, 784>
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-fdiagnostics-color=never"]
EXPECTATION = re.compile(r"^\s*// expect(?:-(g\+\+|clang\+\+))?: (.+)$", re.MULTILINE)
SHOWN_LINES = 25


def kind(compiler):
    return "clang++" if "clang" in os.path.basename(compiler) else "g++"


def normalised(text):
    return "".join(text.split())


def precompile(compiler, includes, folder):
    """The flags that make `compiler` start from a precompiled <stator/stator.h>, so that no case parses it again."""
    header = pathlib.Path(folder) / f"{kind(compiler)}.h"
    header.write_text("#include <stator/stator.h>\n", encoding="utf-8")
    clang = kind(compiler) == "clang++"
    output = header.with_suffix(".pch" if clang else ".h.gch")
    subprocess.run([compiler, *FLAGS, *includes, "-x", "c++-header", str(header), "-o", str(output)], check=True)
    return ["-include-pch", str(output)] if clang else ["-include", str(header)]


def compile_case(compiler, flags, case, good):
    command = [compiler, *FLAGS, *flags, "-fsyntax-only", str(case)] + (["-DGOOD"] if good else [])
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return done.returncode, done.stderr


def check(compiler, flags, case):
    """What is wrong with `case` under `compiler`, in words; empty when nothing is."""
    expectations = [text.strip() for name, text in EXPECTATION.findall(case.read_text(encoding="utf-8"))
                    if name in ("", kind(compiler))]
    if not expectations:
        return "has no `// expect: ` line"
    code, output = compile_case(compiler, flags, case, good=True)
    if code != 0:
        return "does not compile with -DGOOD:\n" + output
    code, output = compile_case(compiler, flags, case, good=False)
    if code == 0:
        return "compiles, and must not"
    missing = [text for text in expectations if normalised(text) not in normalised(output)]
    if missing:
        return "".join(f"lacks the text: {text}\n" for text in missing) + "in the compiler's output:\n" + output
    return ""


def shortened(problem):
    lines = problem.rstrip().split("\n")
    rest = len(lines) - SHOWN_LINES
    return "\n    ".join(lines[:SHOWN_LINES] + ([f"... {rest} more lines"] if rest > 0 else []))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compilers", nargs="+", required=True)
    parser.add_argument("--include", nargs="+", required=True, help="folders for -I")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--filter", default="", help="only cases whose name contains this")
    arguments = parser.parse_args()

    cases = sorted(case for case in pathlib.Path(__file__).parent.glob("*.cpp") if arguments.filter in case.stem)
    includes = [f"-I{folder}" for folder in arguments.include]
    failures = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for compiler in arguments.compilers:
            flags = includes + precompile(compiler, includes, folder)
            problems = pool.map(lambda case: check(compiler, flags, case), cases)
            for case, problem in zip(cases, problems):
                failures += bool(problem)
                print(f"{'FAIL' if problem else 'ok  '} {kind(compiler)} {case.stem} {shortened(problem)}".rstrip())
    print(f"{len(cases)} cases, {len(arguments.compilers)} compilers, {failures} failures")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
