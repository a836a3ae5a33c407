"""What a comparison found, as lines, as a table in Markdown, and as JSON."""
import json
import os
import pathlib
import platform

from sides import MODES, OURS, OURS_ON_ONE

BUSY_CORES = 0.3  # more than this, used by others, is worth a mark


def pair(times):
    """Best / median, in microseconds, three digits of each at least."""
    return " / ".join(f"{us:.3g}" if us < 100 else f"{us:.0f}" for us in (times["best"], times["median"]))


def spread(ratio):
    return f"{ratio['best']:.2f} / {ratio['median']:.2f} ({ratio['least']:.2f} to {ratio['greatest']:.2f})"


def line(result):
    """For a terminal: what each side took, and how the fastest of the others compares."""
    parts = [f"{name} {pair(times)}" for name, times in result["sides"].items()]
    if "ratio" in result:
        parts.append(f"fastest ({result['fastest']}) / Stator {spread(result['ratio'])}")
    if "speedup" in result:
        parts.append(f"one thread / {result['threads']}: {spread(result['speedup'])}")
    parts += [f"{name}: {result['left_out'][name]}" for name in result["failed"]]
    if result["others"] > BUSY_CORES:
        parts.append(f"others used {result['others']:.1f} cores")
    return f"{result['workload']} on {result['threads']}\n    " + "\n    ".join(parts)


def columns(results):
    found = {name for result in results for name in result["sides"]}
    return [f"{peer}:{mode}" for peer in MODES for mode in MODES[peer] if f"{peer}:{mode}" in found]


def row(result, names):
    busy = " +" if result["others"] > BUSY_CORES else ""
    sides, failed = result["sides"], result["failed"]
    cells = [f"`{result['workload']}`{busy}", pair(sides[OURS]) if OURS in sides else "failed"]
    cells += [pair(sides[name]) if name in sides else "failed" if name in failed else "" for name in names]
    cells.append(spread(result["ratio"]) if "ratio" in result else "")
    if result["threads"] > 1:
        cells.append(spread(result["speedup"]) if "speedup" in result else "")
    return "| " + " | ".join(cells) + " |"


def table(results, threads):
    names = columns(results)
    heads = ["workload", "Stator", *(name.replace(":", " ") for name in names), "fastest other / Stator"]
    if threads > 1:
        heads.append(f"one thread / {threads}")
    return "\n".join(["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|",
                      *(row(result, names) for result in results)])


def machine():
    """The processor's name, and how many of its cores there are."""
    names = [text.split(":")[1].strip() for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if text.startswith("model name")]
    return {"cpu": names[0] if names else platform.processor(), "cores": len(os.sched_getaffinity(0))}


def frameworks_text(report):
    """Tables of the workloads, with how to read them."""
    lines = [f"{report['machine']['cpu']}, {report['machine']['cores']} cores; {', '.join(report['versions'])}; "
             f"{report['rounds']} rounds of {report['seconds']:g} s. Microseconds per call, best / median; ratios best "
             "/ median (least to greatest of the rounds); + where other processes used "
             f"{BUSY_CORES} cores or more meanwhile."]
    for threads in report["threads"]:
        some = [result for result in report["results"] if result["threads"] == threads]
        lines += [f"On {threads} thread{'s' if threads > 1 else ''}:", table(some, threads)]
    left_out = sorted({f"- `{result['workload']}` on {result['threads']}, {name}: {result['left_out'][name]}"
                       for result in report["results"] for name in result["failed"]})
    left_out += [f"- {peer}: {reason}" for peer, reason in report["missing"].items()]
    return lines + (["Not measured:", "\n".join(left_out)] if left_out else [])


def libraries_text(groups):
    """A line for each kind of kernel, and the shapes at which a library is ahead by more than a tenth."""
    rows = ["| kernels, one thread | shapes | geometric mean | least | under 0.9 |", "|---|---|---|---|---|"]
    for group in groups:
        behind = [f"{each['shape']} {each['ratio']['best']:.2f} / {each['ratio']['median']:.2f}"
                  for each in group["shapes"] if max(each["ratio"].values()) < 0.9]
        mean, least = (f"{group[key]['best']:.2f} / {group[key]['median']:.2f}" for key in ("mean", "least"))
        rows.append(f"| {group['kind']} | {len(group['shapes'])} | {mean} | {least} | {', '.join(behind)} |")
    return ["The best library's time divided by ours, best / median of the turns:", "\n".join(rows)]


def markdown(report):
    """Tables for docs/performance.md."""
    lines = frameworks_text(report) if report["results"] or report["missing"] else []
    if report["libraries"]:
        lines += libraries_text(report["libraries"])
    return "\n\n".join(lines) + "\n"


def write(report, path):
    """The JSON report at `path`, and the tables beside it with the ending .md."""
    path = pathlib.Path(path)
    for target, text in ((path, json.dumps(report, indent=1) + "\n"), (path.with_suffix(".md"), markdown(report))):
        partial = target.with_name(target.name + ".partial")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, target)
