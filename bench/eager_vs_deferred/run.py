"""Measures eager against deferred and writes docs/eager_vs_deferred.md, its figures as JSON, and its pictures.

run.py --build build/release [--seconds 0.3] [--quick] [--first-calls]
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "peers"))
import environment  # noqa: E402

import page  # noqa: E402

MODELS = ("mlp", "mnist_convnet", "tinyvgg", "char_gpt", "char_lstm")
BATCHES = (1, 8, 32, 128, 512)
DEPTHS = (1, 4, 16, 64)
FIRST_CALL_ROUNDS = 10
STAIRS_AT = 32  # rows, of the table that has what each phase adds and what PyTorch takes


def say(text):
    print(f"eager_vs_deferred: {text}", file=sys.stderr, flush=True)


def line_of(command, variables=None):
    """The JSON of a program's last line; None where it fails, with the reason told."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          env={**os.environ, **(variables or {})})
    if done.returncode != 0:
        say(f"{command[1:4]}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def cases(quick):
    """Model, rows, depth. The rows that have the most sides go first."""
    for model in MODELS:
        yield model, STAIRS_AT, 0
    for model in () if quick else MODELS:
        for batch in BATCHES:
            if batch != STAIRS_AT:
                yield model, batch, 0
    for depth in DEPTHS[:2] if quick else DEPTHS:
        yield "deep_mlp", STAIRS_AT, depth


def measured(program, python, has_torch, arguments):
    variables = {"OMP_NUM_THREADS": "1", "TORCHINDUCTOR_CACHE_DIR": str(python.parent.parent.parent / "inductor")}
    rows = []
    for model, batch, depth in cases(arguments.quick):
        say(f"{model}, {batch} rows" + (f", depth {depth}" if depth else ""))
        stairs = ["stairs"] if batch == STAIRS_AT and not depth else []
        row = line_of([program, model, batch, depth, arguments.seconds, *stairs])
        if row is None:
            continue
        if has_torch and not depth:
            modes = ("eager", "compile") if stairs and not arguments.quick else ("eager",)
            for mode in modes:
                row[f"torch_{mode}"] = line_of([python, HERE / "torch_side.py", mode, model, batch, arguments.seconds],
                                               variables)
        rows.append(row)
    return rows


def machine():
    """`load`: how many processes ran on average before we began."""
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"processor": names[0] if names else "unknown", "cores": len(names), "load": round(os.getloadavg()[0])}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", default="0.3", help="how long each side is timed")
    parser.add_argument("--quick", action="store_true", help="only 32 rows, and without torch.compile")
    parser.add_argument("--first-calls", action="store_true", help="measure these alone, and keep the other figures")
    parser.add_argument("--from-json", action="store_true", help="write the page from the figures that are there")
    arguments = parser.parse_args()
    folder = arguments.build.resolve().parent / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    python, missing = None, {"pictures": "first calls alone were measured"}
    if not arguments.first_calls:
        python, missing = environment.ensure(folder / "environment", ("torch", "pictures"))
    figures = ROOT / "docs" / "eager_vs_deferred.json"
    if not arguments.from_json:
        host = machine()
        programs = arguments.build / "bench" / "eager_vs_deferred"
        made = json.loads(figures.read_text()) if arguments.first_calls else {"machine": host}
        made["first_call_rounds"], made["first_call_load"] = FIRST_CALL_ROUNDS, host["load"]
        made["first_calls"] = line_of([programs / "bench_first_calls", FIRST_CALL_ROUNDS])
        if not arguments.first_calls:
            rows = measured(programs / "bench_eager_vs_deferred", python, "torch" not in missing, arguments)
            rows.sort(key=lambda row: ((*MODELS, "deep_mlp").index(row["model"]), row["depth"], row["batch"]))
            made["rows"] = rows
        figures.write_text(json.dumps(made, indent=1) + "\n")
    page.write(json.loads(figures.read_text()), ROOT / "docs")
    if "pictures" in missing:
        say(f"no pictures: {missing['pictures']}")
        return
    subprocess.run([str(python), str(HERE / "pictures.py"), str(figures), str(ROOT / "docs" / "pictures")], check=True)


if __name__ == "__main__":
    main()
