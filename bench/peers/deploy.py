"""Compares what a shipped ConvNet (one image at a time, one thread) costs with other ways to compile ahead of time.

    PYTHON bench/peers/deploy.py build/release [--peers stator,onnxruntime,aotinductor,iree] [--rounds 5]

PYTHON has torch, onnx, onnxscript, onnxruntime, iree-base-compiler and iree-base-runtime. Each side is loaded by a
fresh Python process per round, in turns: the time from a loaded runtime to the first answer, then the time of calls,
and the peak of the process's memory beyond Python and numpy. Bytes are what must be shipped: the model with its
weights, and the libraries that run it."""
import argparse
import ctypes
import importlib.metadata
import json
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

CALLS_SECONDS = 0.3


def image():
    return np.random.default_rng(0).standard_normal((1, 1, 28, 28)).astype(np.float32)


# --- one side at work, in a process of its own: gives a function that answers ----------------------------------------


def aligned(size):
    block = ctypes.create_string_buffer(size + 64)
    return ctypes.c_void_p((ctypes.addressof(block) + 63) // 64 * 64), block


def load_stator(folder):
    """The library as a shared object; its weights are within it."""
    sizes = dict(re.findall(r"#define CONVNET_(\w+_BYTES) (\d+)", (folder / "convnet.h").read_text()))
    library = ctypes.CDLL(str(folder / "convnet.so"))
    arena, *keep = aligned(int(sizes["PREDICT_ARENA_BYTES"]))
    handle, *keep_handle = aligned(int(sizes["HANDLE_BYTES"]))
    assert library.convnet_open(handle) == 0

    def answer(x, scores=np.empty((1, 10), np.float32)):
        error = library.convnet_predict(handle, arena, x.ctypes.data_as(ctypes.c_void_p),
                                        scores.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(1), None)
        assert error == 0 and keep and keep_handle
        return scores

    return answer


def load_onnxruntime(folder):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "convnet.onnx"), options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x})[0]


def load_aotinductor(folder):
    torch.set_num_threads(1)
    package = torch._inductor.aoti_load_package(str(folder / "convnet.pt2"))

    def answer(x):
        with torch.no_grad():
            return package(torch.from_numpy(x)).numpy()

    return answer


def load_iree(folder):
    module = iree.runtime.load_vm_flatbuffer_file(str(folder / "convnet.vmfb"), driver="local-sync")
    function = module[(folder / "function").read_text()]
    return lambda x: function(x).to_host()


def peak_kb():
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1])


def work(peer, folder):
    """Prints the figures of one process."""
    runtime = {"onnxruntime": "onnxruntime", "aotinductor": "torch", "iree": "iree.runtime"}.get(peer)
    x = image()
    before = peak_kb()
    if runtime:
        globals()[runtime.split(".")[0]] = __import__(runtime)
    if peer == "aotinductor":
        import torch._inductor  # noqa: F401
    begin = time.perf_counter()
    answer = globals()[f"load_{peer}"](folder)
    scores = answer(x).copy()
    first = time.perf_counter() - begin
    times, end = [], time.perf_counter() + CALLS_SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        answer(x)
        times.append(time.perf_counter() - start)
    print(json.dumps({"first_ms": 1e3 * first, "us": 1e6 * min(times), "median_us": 1e6 * statistics.median(times),
                      "peak_mb": (peak_kb() - before) / 1024, "scores": scores.ravel().tolist()}))


# --- making what is shipped ------------------------------------------------------------------------------------------


def write_safetensors(tensors, path):
    header, data = {}, b""
    for name, tensor in tensors.items():
        values = tensor.detach().numpy().tobytes()
        place = [len(data), len(data) + len(values)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": place}
        data += values
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


def installed(distribution, *parts):
    """The bytes of a distribution's files whose names contain one of these."""
    files = importlib.metadata.distribution(distribution).files
    paths = [pathlib.Path(file.locate()) for file in files if any(part in file.name for part in parts)]
    return sum(path.stat().st_size for path in paths)


def make_stator(folder, build, network):
    write_safetensors(network.state_dict(), folder / "weights.safetensors")
    graph = next(build.glob("examples/aot/convnet_model/*.graph"))
    run(build / "compiler/tools/statorc", graph, "--name", "convnet", "--functions", "predict", "--bind", "batch=1",
        "--embed-weights", folder / "weights.safetensors", "-o", folder)
    run("cc", "-shared", "-Wl,--whole-archive", folder / "libconvnet.a", "-Wl,--no-whole-archive", "-o",
        folder / "convnet.so")
    return (folder / "convnet.so").stat().st_size, 0


def make_onnxruntime(folder, _, network):
    import torch
    if not (folder / "convnet.onnx").exists():
        torch.onnx.export(network, (torch.from_numpy(image()),), folder / "convnet.onnx", input_names=["x"],
                          output_names=["y"], dynamo=True, external_data=False, verbose=False)
    libraries = installed("onnxruntime", "onnxruntime_pybind11_state", "libonnxruntime")
    return (folder / "convnet.onnx").stat().st_size, libraries


def make_aotinductor(folder, _, network):
    import torch
    import torch._inductor.config
    torch._inductor.config.freezing = True
    with torch.no_grad():
        exported = torch.export.export(network, (torch.from_numpy(image()),))
        torch._inductor.aoti_compile_and_package(exported, package_path=str(folder / "convnet.pt2"))
    return (folder / "convnet.pt2").stat().st_size, installed("torch", "libtorch_cpu.so", "libc10.so", "libgomp")


def make_iree(folder, build, network):
    make_onnxruntime(folder, build, network)
    tool = pathlib.Path(sys.executable).parent / "iree-compile"
    run(sys.executable, "-m", "iree.compiler.tools.import_onnx", folder / "convnet.onnx", "-o", folder / "convnet.mlir",
        "--opset-version", "20")
    (folder / "function").write_text(re.search(r"func\.func @(\w+)", (folder / "convnet.mlir").read_text())[1])
    run(tool, folder / "convnet.mlir", "--iree-hal-target-device=local",
        "--iree-hal-local-target-device-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3",
        "-o", folder / "convnet.vmfb")
    return (folder / "convnet.vmfb").stat().st_size, installed("iree-base-runtime", "_runtime.cpython", "_runtime.so")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="Stator's build")
    parser.add_argument("--peers", default="stator,onnxruntime,aotinductor,iree")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    import torch
    from torch_models import MODELS
    torch.manual_seed(0)
    network = MODELS["mnist_convnet"].network().eval()
    expected = network(torch.from_numpy(image())).detach().numpy().ravel()
    peers = options.peers.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shipped = {peer: globals()[f"make_{peer}"](folder, options.build, network) for peer in peers}
        rounds = {peer: [] for peer in peers}
        for _ in range(options.rounds):
            for peer in peers:
                done = subprocess.run([sys.executable, __file__, "work", peer, name], check=True, capture_output=True)
                rounds[peer].append(json.loads(done.stdout))
    print("| | model, KB | libraries, MB | first answer, ms | a call, us, best / median | memory, MB |")
    print("|---|---|---|---|---|---|")
    for peer, runs in rounds.items():
        error = max(abs(np.array(run["scores"]) - expected).max() for run in runs)
        assert error < 1e-4, f"{peer} is off by {error}"
        best = {key: min(run[key] for run in runs) for key in ("first_ms", "us", "median_us", "peak_mb")}
        model, libraries = shipped[peer]
        print(f"| {peer} | {model / 1024:.0f} | {libraries / 2 ** 20:.1f} | {best['first_ms']:.2f} | "
              f"{best['us']:.1f} / {best['median_us']:.1f} | {best['peak_mb']:.1f} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(sys.argv[2], pathlib.Path(sys.argv[3]))
    else:
        main()
