"""The virtual environment that other frameworks run in: made once, from Python's package index.

$STATOR_PEERS may name an environment that has some of them already: what it has is used from there."""
import os
import pathlib
import subprocess
import sys

# What a framework needs, as the index calls it. PyTorch writes the ONNX files that the last two read.
EXPORT = ("torch", "numpy", "onnx", "onnxscript")
PACKAGES = {"torch": ("torch", "numpy"), "jax": ("jax[cpu]",), "onnxruntime": ("onnxruntime", *EXPORT),
            "openvino": ("openvino", *EXPORT), "pictures": ("matplotlib",)}
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def say(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


def made(folder):
    """The environment's interpreter."""
    python = folder / "bin" / "python"
    if python.exists():
        return python
    say(f"making {folder}")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    other = os.environ.get("STATOR_PEERS")
    if other:
        packages = pathlib.Path(other) / "lib" / VERSION / "site-packages"
        if packages.is_dir():
            (folder / "lib" / VERSION / "site-packages" / "other.pth").write_text(f"{packages}\n")
        else:
            say(f"$STATOR_PEERS has no packages of {VERSION}: {packages}")
    return python


def has(python, packages):
    modules = ", ".join(package.split("[")[0] for package in packages)
    test = f"import importlib.metadata as m; [m.version(p) for p in '{modules}'.split(', ')]"
    return subprocess.run([str(python), "-c", test], capture_output=True).returncode == 0


def ensure(folder, peers):
    """The interpreter, and for each peer that could not be installed why."""
    python, missing = made(folder), {}
    for peer in peers:
        if has(python, PACKAGES[peer]):
            continue
        say(f"installing {', '.join(PACKAGES[peer])}")
        done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES[peer]], capture_output=True,
                              text=True)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            missing[peer] = f"pip could not install it: {lines[-1] if lines else 'no reason given'}"
    return python, missing
