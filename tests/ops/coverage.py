"""Writes docs/coverage.md: every reference case of tests/data/ops.safetensors, passed or with the reason why not.

A case has passed where a test says so: tests write the names of what passed into files (record_passed in
tests/ops/torch_cases.h), which CTest collects in one folder. Reasons are in not_covered.json beside this file.

    python3 tests/ops/coverage.py --cases build/release/cases [--check]
"""
import argparse
import collections
import json
import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs/coverage.md"
INTRODUCTION = """# Coverage of PyTorch's reference cases

Each case of [tests/data](../tests/data) holds operands, results and gradients of one call, which PyTorch computed in f64.
A case has passed where all its results and gradients are PyTorch's: by the interpreter, by compiled code in f64 (1e-10),
and by compiled code in f32 (1e-5 of the greatest element of each tensor). Results of optimizers are compared in f32.

Written by `./x coverage` from what the tests ran; the test `docs.coverage` fails when a case named here no longer passes.
"""


def cases_by_op():
    """The variants of each op, in order: {"abs": ["", "3d"]}."""
    content = (ROOT / "tests/data/ops.safetensors").read_bytes()
    header = json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]])
    ops = collections.defaultdict(list)
    for key, op in header["__metadata__"].items():
        if key.endswith("|op"):
            ops[op].append(key[:-len("|op")])
    return {op: sorted(ops[op]) for op in sorted(ops)}


def passed_cases(folder):
    """What tests recorded: {"max__dim0": ""}; a text says what was not compared."""
    passed = {}
    for path in sorted(pathlib.Path(folder).glob("*.cases")):
        for line in path.read_text().splitlines():
            name, _, rest = line.partition("\t")
            passed[name] = rest if passed.get(name) != "" else ""
    return passed


def short_name(case, op):
    """The variant as the page writes it: both "abs" and "conv1d__plain" are the plain case of their op."""
    return case[len(op) + 2:] or "plain"


def reason_of(case, op, reasons):
    return reasons["cases"].get(case) or reasons["ops"].get(op) or "not there yet"


def page(passed):
    reasons = json.loads((pathlib.Path(__file__).parent / "not_covered.json").read_text())
    ops = cases_by_op()
    total = sum(map(len, ops.values()))
    whole = [op for op, cases in ops.items() if all(case in passed for case in cases)]
    lines = [INTRODUCTION, f"**{sum(case in passed for cases in ops.values() for case in cases)} of {total} cases pass; "
             f"{len(whole)} of {len(ops)} ops pass all of theirs.**", "", "| op | passed | not passed |", "|---|---|---|"]
    for op, cases in ops.items():
        short = {case: short_name(case, op) for case in cases}
        good = [short[case] + (f" ({passed[case]})" if passed[case] else "") for case in cases if case in passed]
        bad = collections.defaultdict(list)
        for case in cases:
            if case not in passed:
                bad[reason_of(case, op, reasons)].append(short[case])
        rest = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in bad.items())
        lines.append(f"| `{op}` | {len(good)} of {len(cases)}{': ' if good else ''}{', '.join(good)} | {rest} |")
    return "\n".join(lines) + "\n"


def claimed_cases():
    """The cases that the page says have passed."""
    ops, claimed = cases_by_op(), set()
    for line in PAGE.read_text().splitlines() if PAGE.exists() else ():
        row = re.match(r"\| `(\w+)` \| \d+ of \d+: (.*?) \|", line)
        if row:
            names = {text.partition(" (")[0] for text in row[2].split(", ")}
            claimed.update(case for case in ops[row[1]] if short_name(case, row[1]) in names)
    return claimed


def check(passed):
    """Fails for a claim that does not hold; only tells of cases that pass now and are not on the page."""
    claimed = claimed_cases()
    if lost := sorted(claimed - set(passed)):
        sys.exit(f"docs/coverage.md: no longer passed: {', '.join(lost)}")
    if new := sorted(set(passed) - claimed):
        print(f"passed, and not yet in docs/coverage.md, which ./x coverage writes: {', '.join(new)}")


arguments = argparse.ArgumentParser()
arguments.add_argument("--cases", required=True)
arguments.add_argument("--check", action="store_true")
options = arguments.parse_args()
if options.check:
    check(passed_cases(options.cases))
else:
    PAGE.write_text(page(passed_cases(options.cases)))
