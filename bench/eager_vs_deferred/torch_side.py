"""PyTorch's side: torch_side.py MODE MODEL BATCH SECONDS prints one line of JSON. MODE: eager or compile."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
import torch  # noqa: E402

from torch_worker import Mode, train_step  # noqa: E402


def main(mode, model, batch, seconds):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    start = time.perf_counter()
    run = train_step(f"train_step/{model}/batch:{batch}", Mode(mode))
    run(1)
    first_ms = 1000 * (time.perf_counter() - start)
    run(2)
    times, end = [], time.perf_counter() + float(seconds)
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        run(1)
        times.append(1e6 * (time.perf_counter() - start))
    times.sort()
    print(json.dumps({"best_us": times[0], "median_us": times[len(times) // 2], "first_step_ms": first_ms}))


if __name__ == "__main__":
    main(*sys.argv[1:])
