"""Packs the reference fixtures that are our own into this folder: `python3 tests/data/pack.py DATA` with DATA the folder
that holds `reference/`. The cases of reference/ops become one file, ops.safetensors: tensors and metadata of a case are
under `CASE|NAME`."""
import json
import pathlib
import shutil
import struct
import sys

MODELS = ("tinyvgg", "char_lstm", "char_gru", "tiny_gpt")
FILES = ("model.safetensors", "input.npy", "output.npy", "target.npy", "grads.npz")


def read(path):
    """The header and the data of a safetensors file."""
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:8 + size]), content[8 + size:]


def pack_ops(source, target):
    header, metadata, data = {}, {}, b""
    for path in sorted(source.glob("*.safetensors")):
        case, bytes_of_case = read(path)
        for key, value in case.pop("__metadata__", {}).items():
            metadata[f"{path.stem}|{key}"] = value
        for key, tensor in case.items():
            begin, end = tensor["data_offsets"]
            tensor["data_offsets"] = [len(data), len(data) + end - begin]
            data += bytes_of_case[begin:end]
            header[f"{path.stem}|{key}"] = tensor
    header["__metadata__"] = metadata
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    target.write_bytes(struct.pack("<Q", len(text)) + text + data)


reference = pathlib.Path(sys.argv[1]) / "reference"
here = pathlib.Path(__file__).parent
pack_ops(reference / "ops", here / "ops.safetensors")
shutil.copyfile(reference / "manifest.json", here / "manifest.json")
shutil.copyfile(reference / "ops" / "schedulers.json", here / "schedulers.json")
for model in MODELS:
    (here / model).mkdir(exist_ok=True)
    for name in FILES:
        shutil.copyfile(reference / model / name, here / model / name)
