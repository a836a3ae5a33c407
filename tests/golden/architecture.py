"""Writes the IR of a small model into docs/architecture.md, after each phase; with --check, only compares.

A block stands between `<!-- ir: PHASE RANGE... -->` and `<!-- end -->`. A range is `/FIRST/../LAST/` (from the first
line that matches to the next that matches LAST) or `/EVERY/` (each line that matches); no range means all of it. What
lies between ranges becomes `...`, and operand types are left out, which their definitions give.
"""

import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import textwrap

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
BLOCK = re.compile(r"(<!-- ir: ([\w-]+)(.*?) -->\n).*?(<!-- end -->)", re.DOTALL)
RANGE = re.compile(r"/([^/]+)/(?:\.\./([^/]+)/)?")
WIDTH = 116
UNBROKEN = "\u00a0"  # `offset = 8 : i64` stays on one line


def dump(program, phase):
    text = subprocess.run([program, phase], check=True, capture_output=True, text=True).stdout
    return text.expandtabs(4).splitlines()


def lines_in(lines, first, last):
    """Numbers of the lines that a range names."""
    starts = [i for i, line in enumerate(lines) if re.search(first, line)]
    if not starts:
        raise SystemExit(f"architecture.py: no line matches /{first}/")
    if not last:
        return starts
    end = next((i for i in range(starts[0], len(lines)) if re.search(last, lines[i])), None)
    if end is None:
        raise SystemExit(f"architecture.py: no line matches /{last}/ after /{first}/")
    return range(starts[0], end + 1)


def indent_of(line):
    return len(line) - len(line.lstrip())


def shortened(line):
    """The line without operand types, a function's arguments and results one to a line, broken where it is too long."""
    if "stator." in line:
        line = re.sub(r": \([^()]*\) -> ", ": ", line)
    line = re.sub(r"(?<=\w) ([=:]) (?=\S)", UNBROKEN + r"\1" + UNBROKEN, line)
    indent = " " * indent_of(line)
    if "func.func @" in line and len(line) > WIDTH:
        line = re.sub(r"(?<=[(,]) ?(?=%arg\d|tensor<[^{}]*> {stator\.)", "\n" + indent + "    ", line)
    return [part.replace(UNBROKEN, " ") for piece in line.split("\n")
            for part in textwrap.wrap(piece, WIDTH, subsequent_indent=" " * (indent_of(piece) + 4),
                                      break_long_words=False, break_on_hyphens=False)]


def excerpt(lines, ranges):
    chosen = sorted({i for first, last in ranges for i in lines_in(lines, first, last)}) or range(len(lines))
    text, previous = [], None
    for i in chosen:
        if previous is not None and i != previous + 1:
            text.append(" " * indent_of(lines[i]) + "...")
        text += shortened(lines[i])
        previous = i
    return textwrap.dedent("\n".join(text)) + "\n"


def with_ir(document, program):
    """The document with every block made anew."""
    dumps = {}

    def block(match):
        opening, phase, ranges, closing = match.groups()
        if phase not in dumps:
            dumps[phase] = dump(program, phase)
        language = "asm" if phase == "emit" else "mlir"
        return f"{opening}```{language}\n{excerpt(dumps[phase], RANGE.findall(ranges))}```\n{closing}"

    return BLOCK.sub(block, document)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the program small_model")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where the document differs")
    arguments = parser.parse_args()
    old = DOCUMENT.read_text()
    new = with_ir(old, arguments.program)
    if not arguments.check:
        DOCUMENT.write_text(new)
        return 0
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "committed", "now"))
    return 0 if old == new else 1


if __name__ == "__main__":
    sys.exit(main())
