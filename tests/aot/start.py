"""The first answer of a process comes at most 5 ms after its weights are read, and its memory is at most the weights, the
arena and 1 MB. Arguments: statorc, the graph, the program that asks the JIT, a folder to work in."""
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS, MOST_MS, MOST_BYTES = 40, 5, 1 << 20


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def milliseconds(*command):
    begin = time.perf_counter()
    run(*command)
    return 1e3 * (time.perf_counter() - begin)


def main(statorc, graph, jit, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "weights.safetensors"
    run(jit, "native", weights)
    run(statorc, graph, "--name", "digits", "--functions", "predict", "--bind", "batch=1", "--pack-weights", weights,
        "--output", folder)
    program = folder / "start"
    run("cc", "-std=gnu11", "-O1", "-static", f"-I{folder}", HERE / "start.c", folder / "libdigits.a", "-o", program)
    packed = max(folder.glob("digits.*.packed"), key=lambda path: path.stat().st_mtime)

    peak = 1024 * int(run(program, "answer", packed).split()[0])
    sizes = dict(re.findall(r"#define DIGITS_(\w+_BYTES) (\d+)", (folder / "digits.h").read_text()))
    beyond = peak - int(sizes["STATE_BYTES"]) - int(sizes["PREDICT_ARENA_BYTES"])
    print(f"peak {peak} bytes: {beyond} beyond weights and arena")
    # In turns, and the least of each: what else runs costs both the same.
    times = [(milliseconds(program, "read", packed), milliseconds(program, "answer", packed)) for _ in range(ROUNDS)]
    read, answer = (min(side) for side in zip(*times))
    print(f"a process that reads the weights {read:.2f} ms, one that answers {answer:.2f} ms")
    sys.exit(beyond > MOST_BYTES or answer - read > MOST_MS)


main(*sys.argv[1:])
