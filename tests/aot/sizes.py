"""The code of ConvNet libraries is small: `size` must stay within the budgets. Arguments: statorc, the graph, a folder."""
import pathlib
import subprocess
import sys

KB = 1024
BUDGETS = [
    ("predict, one batch size, one instruction set", "predict", "batch=1", "x86-64-v4", 64 * KB),
    ("predict, one batch size, three instruction sets", "predict", "batch=1", "x86-64-v2,x86-64-v3,x86-64-v4", 200 * KB),
    ("predict and train_step, one batch size, one set", "predict,train_step", "batch=32", "x86-64-v4", 250 * KB),
]


def main(statorc, graph, folder):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    too_large = False
    for words, functions, bind, target, budget in BUDGETS:
        subprocess.run([statorc, graph, "--name", "convnet", "--functions", functions, "--bind", bind, "--target", target,
                        "--emit", "obj", "--output", folder], check=True)
        table = subprocess.run(["size", f"{folder}/convnet.o"], check=True, capture_output=True, text=True).stdout
        text, data, bss = map(int, table.splitlines()[1].split()[:3])
        print(f"{words}: {text + data + bss} bytes of {budget}")
        too_large |= text + data + bss > budget
    sys.exit(too_large)


main(*sys.argv[1:])
