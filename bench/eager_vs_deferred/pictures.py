"""pictures.py FIGURES FOLDER: each picture as SVG and PNG, by matplotlib."""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "stator"  # the same file for the same figures
import matplotlib.pyplot as plt  # noqa: E402

STYLES = {"eager": ("Stator eager", "tab:orange"), "deferred": ("Stator deferred", "tab:blue"),
          "torch_eager": ("PyTorch eager", "tab:gray")}


def save(figure, folder, name):
    figure.tight_layout()
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    figure.savefig(folder / f"{name}.png", dpi=120)
    plt.close(figure)


def lines(axes, rows, key, title):
    for side, (label, colour) in STYLES.items():
        points = [(row[key], row[side]["median_us"]) for row in rows if row.get(side)]
        if points:
            axes.plot(*zip(*points), marker="o", label=label, color=colour)
    axes.set(xscale="log", yscale="log", title=title)
    axes.set_xticks([row[key] for row in rows], [str(row[key]) for row in rows])
    axes.minorticks_off()
    axes.grid(alpha=0.3)


def by_rows(rows, folder):
    models = list(dict.fromkeys(row["model"] for row in rows))
    figure, all_axes = plt.subplots(1, len(models), figsize=(3.2 * len(models), 3.4), squeeze=False)
    for axes, model in zip(all_axes[0], models):
        lines(axes, [row for row in rows if row["model"] == model], "batch", model)
        axes.set_xlabel("rows")
    all_axes[0][0].set_ylabel("microseconds a step")
    all_axes[0][0].legend()
    save(figure, folder, "eager_vs_deferred_rows")


def stairs(rows, folder):
    figure, all_axes = plt.subplots(1, len(rows), figsize=(3.2 * len(rows), 3.6), squeeze=False)
    for axes, row in zip(all_axes[0], rows):
        bars = [("eager", row["eager"]), *((stair["name"], stair) for stair in row["stairs"])]
        if row.get("torch_eager"):
            bars.append(("PyTorch eager", row["torch_eager"]))
        if row.get("torch_compile"):
            bars.append(("torch.compile", row["torch_compile"]))
        colours = ["tab:orange", *["tab:blue"] * len(row["stairs"]), *["tab:gray"] * 2][:len(bars)]
        axes.bar([name for name, _ in bars], [side["median_us"] / 1000 for _, side in bars], color=colours)
        axes.set_title(row["model"])
        axes.tick_params(axis="x", rotation=70)
    all_axes[0][0].set_ylabel("milliseconds a step")
    save(figure, folder, "eager_vs_deferred_stairs")


def by_depth(rows, folder):
    figure, axes = plt.subplots(figsize=(4.4, 3.4))
    lines(axes, rows, "depth", "MLP of 128 wide layers, 32 rows")
    axes.set(xlabel="layers", ylabel="microseconds a step")
    axes.legend()
    save(figure, folder, "eager_vs_deferred_depth")


def main(figures, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = json.loads(pathlib.Path(figures).read_text())["rows"]
    plain = [row for row in rows if not row["depth"]]
    by_rows(plain, folder)
    stairs([row for row in plain if len(row["stairs"]) > 1], folder)
    by_depth([row for row in rows if row["depth"]], folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
