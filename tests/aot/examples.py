"""The examples as people use them: train_digits trains on MNIST, and recognise_digit, with those weights in it, reads
test images. Arguments: statorc, the graph, train_digits, a folder to work in."""
import gzip
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRAINED, TESTED, PIXELS = 9610, 50, 28 * 28


def run(*command, **more):
    result = subprocess.run([str(part) for part in command], capture_output=True, **more)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout.decode()}{result.stderr.decode()}")
    return result.stdout.decode().strip()


def unpacked(data, name, size):
    with gzip.open(data / f"{name}.gz") as file:
        return file.read(size)


def main(statorc, graph, train_digits, folder):
    data = pathlib.Path(os.environ.get("STATOR_DATA", "")) / "mnist"
    if not (data / "train-images-idx3-ubyte.gz").exists():
        print("skipped: there is no mnist in $STATOR_DATA")
        return
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in (("train-images-idx3-ubyte", 16 + TRAINED * PIXELS), ("train-labels-idx1-ubyte", 8 + TRAINED)):
        (folder / name).write_bytes(unpacked(data, name, size))
    weights = folder / "weights.safetensors"
    print(run(train_digits, folder / "train-images-idx3-ubyte", folder / "train-labels-idx1-ubyte", weights))

    run(statorc, graph, "--name", "convnet", "--functions", "predict", "--bind", "batch=1", "--embed-weights", weights,
        "--output", folder)
    program = folder / "recognise_digit"
    run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", f"-I{folder}",
        ROOT / "examples/aot/recognise_digit.c", folder / "libconvnet.a", "-o", program)
    images = unpacked(data, "t10k-images-idx3-ubyte", 16 + TESTED * PIXELS)[16:]
    labels = unpacked(data, "t10k-labels-idx1-ubyte", 8 + TESTED)[8:]
    right = 0
    for i in range(TESTED):
        picture = b"P5 28 28 255\n" + images[i * PIXELS:(i + 1) * PIXELS]
        right += run(program, input=picture) == str(labels[i])
    print(f"{right} of {TESTED} are right; the program has {program.stat().st_size} bytes")
    sys.exit(right < 0.94 * TESTED)


main(*sys.argv[1:])
