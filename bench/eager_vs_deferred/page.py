"""docs/eager_vs_deferred.md from the figures."""

HEAD = """# Eager against deferred

The same model, loss and optimizer run op by op (`st::Eager`) and compiled as a whole (`st::compile`), on one thread, in turns of 30 ms within one process; PyTorch runs right after in a process of its own. Made by `./x bench eager_vs_deferred`, which writes this page, [its figures](eager_vs_deferred.json) and its pictures anew. The ratio is reported, never arranged.

Measured on: {processor}, {cores} cores, beside {load} other busy processes. Times are in microseconds, best / median; ratios are of the best and of the medians. Where the machine did other work, the best times say more.

## Steps

`kernels`: launches in one step. `moved`: bytes that kernels read and wrote. `peak`: memory beyond weights, optimizer state and inputs. `paid after`: how many steps it takes until compiling the whole has paid for itself beside eager steps that are warm.

| model | rows | eager | deferred | eager / deferred | PyTorch eager | PyTorch eager / ours | kernels | moved (MB) | peak (MB) | compile (ms) | paid after |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""

MIDDLE = """
Two figures in a cell are eager's and deferred's. `compile`: all kernels of the eager step, one by one as they are first met; the whole step. Both from nothing, without the cache on disk.

![time of a step by rows](pictures/eager_vs_deferred_rows.svg)

## What each phase adds

At {rows} rows. `differentiate`: each op of forward, backward and update a kernel of its own, in memory of its own, convolutions permuted around each. Then what simplifies, fuses, plans memory and lets layouts follow is switched on one after the other{last}.

"""

DEPTH = """
![what each phase adds](pictures/eager_vs_deferred_stairs.svg)

## Depth

Layers of 128 by 128 with relu between them, 32 rows, Adam. Equal layers share their kernels in both, so what is compiled op by op does not grow with depth.

| layers | eager | deferred | eager / deferred | kernels | compile (ms) | paid after |
|---|---|---|---|---|---|---|
"""

END = """
![time of a step by depth](pictures/eager_vs_deferred_depth.svg)
"""

FIRST_CALLS = """
## First calls

What the first call of an op of a new shape takes from nothing, without the cache on disk; the best of {rounds} rounds, beside {load} other busy processes. `forward`: where no gradient is asked. `with derivative`: the same call where a tape is recorded, which needs the derivative's kernels as well; both are compiled at the same time. `linked`: kernels that are compiled while Stator is built and found by a look-up. `compiled`: programs of one to several kernels; an update has one of scalars, one that all parameters share, and one of norms where they are clipped. Draws are not compiled ([decision 34](decisions/34_first_calls.md)).

| | linked | compiled | forward (ms) | with derivative (ms) |
|---|---|---|---|---|
"""


def number(value):
    """Four digits, without an exponent."""
    return f"{value:.0f}" if value >= 1000 else f"{value:.4g}"


def us(side):
    return f"{number(side['best_us'])} / {number(side['median_us'])}" if side else ""


def ratio(above, below):
    if not above or not below:
        return ""
    return f"{above['best_us'] / below['best_us']:.2f} / {above['median_us'] / below['median_us']:.2f}"


def pair(row, key, unit=1.0):
    return f"{number(row['eager'][key] / unit)} / {number(row['deferred'][key] / unit)}"


def paid(row):
    return f"{row['steps_until_paid']:.0f}" if row["steps_until_paid"] >= 0 else "never"


def launches(row):
    return f"{row['eager']['launches']} / {row['deferred']['launches']}"


def step_line(row):
    eager, deferred, torch = row["eager"], row["deferred"], row.get("torch_eager")
    cells = (row["model"], row["batch"], us(eager), us(deferred), ratio(eager, deferred), us(torch),
             ratio(torch, eager), launches(row), pair(row, "moved_bytes", 1e6), pair(row, "peak_bytes", 1e6),
             pair(row, "compile_ms"), paid(row))
    return "| " + " | ".join(map(str, cells)) + " |\n"


def stair_line(row):
    compiled = row.get("torch_compile")
    cells = [row["model"], us(row["eager"]), *(us(stair) for stair in row["stairs"]), us(compiled)]
    return "| " + " | ".join(cells) + " |\n"


def head_line(cells):
    return "| " + " | ".join(cells) + " |\n" + "|---" * len(cells) + "|\n"


def stair_tables(rows):
    names = [stair["name"] for stair in rows[0]["stairs"]]
    times = head_line(["model", "eager", *names, "torch.compile"]) + "".join(map(stair_line, rows))
    return times + "\n" + head_line(["model", "", *names]) + "".join(map(stair_work, rows))


def last_stairs(rows):
    """What the text says of the phases of single kinds of ops, as far as the figures have them apart."""
    if any(stair["name"] == "+ attention" for stair in rows[0]["stairs"]):
        return ", and last those that few models need: `attention`, `winograd`, `recompute`, `blocks`"
    return "; `attention`, `winograd` and `recompute` are on throughout"


def stair_work(row):
    lines = []
    for name, key, unit in (("kernels", "launches", 1), ("moved (MB)", "moved_bytes", 1e6),
                            ("peak (MB)", "peak_bytes", 1e6), ("compile (ms)", "compile_ms", 1)):
        cells = [row["model"], name, *(number(stair[key] / unit) for stair in row["stairs"])]
        lines.append("| " + " | ".join(cells) + " |\n")
    return "".join(lines)


def depth_line(row):
    cells = (row["depth"], us(row["eager"]), us(row["deferred"]), ratio(row["eager"], row["deferred"]),
             launches(row), pair(row, "compile_ms"), paid(row))
    return "| " + " | ".join(map(str, cells)) + " |\n"


def first_call_line(row):
    forward = number(row["forward_ms"]) if "forward_ms" in row else ""
    cells = (row["name"], row["from_family"], row["compiled"], forward, number(row["first_ms"]))
    return "| " + " | ".join(map(str, cells)) + " |\n"


def write(figures, folder):
    rows = figures["rows"]
    plain = [row for row in rows if not row["depth"]]
    stairs = [row for row in plain if len(row["stairs"]) > 1]
    text = HEAD.format(**figures["machine"]) + "".join(map(step_line, plain))
    if stairs:
        text += MIDDLE.format(rows=stairs[0]["batch"], last=last_stairs(stairs)) + stair_tables(stairs)
    text += DEPTH + "".join(depth_line(row) for row in rows if row["depth"]) + END
    if figures.get("first_calls"):
        text += FIRST_CALLS.format(rounds=figures["first_call_rounds"], load=figures["first_call_load"])
        text += "".join(map(first_call_line, figures["first_calls"]))
    (folder / "eager_vs_deferred.md").write_text(text)
