"""Checks that designed mistakes do not compile, and that the compiler says what was designed, and nothing else.

Every NAME.cpp beside this file is a case, compiled twice by each compiler. With -DGOOD it must compile. Without, it
must not. A case holds one comment for each of its mistakes; the texts between bars stand in one error of the compiler,
white space, and the tail that clang leaves out of a long text, apart:

    // expect: matmul: inner extents differ | Shape<32, 784>, Shape<785, 128>      the error is about the next line
    // expect-in-header: Dropout: the probability lies outside [0, 1]              a static_assert of the library
    // expect-note: update: the loss never reaches                                 anywhere in the output

Each error must have its comment: a mistake with follow-up errors fails. Only what a compiler adds because a constant
could not be evaluated is let pass.
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
EXPECTATION = re.compile(r"^\s*// expect(-in-header|-note)?: (.+)$")
ERROR = re.compile(r"^([^:\n]+):(\d+):\d+: (?:fatal )?error: (.+)$", re.MULTILINE)
CONSEQUENCE = re.compile(r"constant expression|call to non-.constexpr. function")
CUT = re.compile(r'"([^"]{20,})\[\.\.\.\]"')  # clang leaves out the tail of a long text
NOISE = re.compile(r"\s+|\\|stator::|symbol::|(?<=\d)U?L\b")
SHOWN_LINES = 25


def kind(compiler):
    return "clang++" if "clang" in os.path.basename(compiler) else "g++"


def normalised(text):
    """Without white space, escapes, namespaces, and the suffixes of clang's numbers."""
    return NOISE.sub("", text)


def says(output, texts):
    """Whether `output` holds each of the texts that bars divide, or the beginning that clang shows."""
    output = normalised(output)
    beginnings = tuple(CUT.findall(output))
    return all(part in output or any(part.startswith(beginning) for beginning in beginnings)
               for part in normalised(texts).split("|"))


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


def expectations_of(case):
    """(kind, line that the mistake stands on, texts) of each comment."""
    lines = case.read_text(encoding="utf-8").split("\n")
    matches = [(number, EXPECTATION.match(line)) for number, line in enumerate(lines, start=1)]
    return [(match[1] or "", number + 1, match[2]) for number, match in matches if match]


def take_error(errors, case, where, line, texts):
    """Removes from `errors` the one that an expectation speaks of; None where there is none."""
    for error in errors:
        path, at, text = error
        placed = where == "-in-header" or (path == str(case) and int(at) == line)
        if placed and says(text, texts):
            errors.remove(error)
            return error
    return None


def check(compiler, flags, case):
    """What is wrong with `case` under `compiler`, in words; empty when nothing is."""
    expectations = expectations_of(case)
    if not expectations:
        return "has no `// expect: ` line"
    code, output = compile_case(compiler, flags, case, good=True)
    if code != 0:
        return "does not compile with -DGOOD:\n" + output
    code, output = compile_case(compiler, flags, case, good=False)
    if code == 0:
        return "compiles, and must not"
    errors = [error for error in ERROR.findall(output) if not CONSEQUENCE.search(error[2])]
    problems = ""
    for where, line, texts in expectations:
        said = says(output, texts) if where == "-note" else take_error(errors, case, where, line, texts)
        if not said:
            problems += f"line {line} lacks the error: {texts}\n"
    problems += "".join(f"a further error: {path}:{line}: {text}\n" for path, line, text in errors)
    return problems + "in the compiler's output:\n" + output if problems else ""


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
