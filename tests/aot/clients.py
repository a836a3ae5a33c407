"""Clients of one library in several languages: each must print the scores that the JIT computes at the same target.

Arguments: what to check (one of CHECKS), the folder of the library, statorc, the graph, the program that asks the JIT,
a folder to work in.
"""
import pathlib
import re
import shutil
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent

# All that a library may ask of its surroundings.
ALLOWED = {"memcpy", "memset"}


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout.strip()


def skip(reason):
    print("skipped:", reason)
    sys.exit(0)


def program(*names):
    for name in names:
        if shutil.which(name):
            return name
    skip(f"there is no {' or '.join(names)} here")


class Library:
    """The library `digits` in the folder where it was made."""

    def __init__(self, folder, work):
        self.folder, self.work = pathlib.Path(folder), pathlib.Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.archive, self.header = self.folder / "libdigits.a", self.folder / "digits.h"

    def size(self, name):
        return re.search(rf"#define DIGITS_{name} (\d+)", self.header.read_text())[1]

    def client(self, compiler, source, *flags):
        """A program that was compiled with the header and the library alone."""
        out = self.work / pathlib.Path(source).stem
        run(*compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", f"-I{ROOT}", f"-I{self.folder}",
            HERE / source, self.archive, *flags, "-o", out)
        return out


class Tools:
    """What makes other libraries of the same graph, and what the JIT says."""

    def __init__(self, statorc, graph, jit, work):
        self.statorc, self.graph, self.jit, self.work = statorc, graph, jit, pathlib.Path(work)

    def library(self, *options):
        run(self.statorc, self.graph, "--name", "digits", "--functions", "predict", "--bind", "batch=1,32",
            "--output", self.work, *options)
        return Library(self.work, self.work)

    def answer(self, *arguments):
        return run(self.jit, *arguments)


def c_compiler():
    return [program("gcc", "cc"), "-std=c11"]


def same(answer, expected):
    if answer != expected:
        sys.exit(f"the JIT says\n{expected}\nbut this client\n{answer}")


def check_c(library, tools):
    same(run(library.client(c_compiler(), "client.c")), tools.answer())


def check_cpp(library, tools):
    same(run(library.client([program("g++", "c++"), "-std=c++17"], "client.cpp")), tools.answer())


def check_python(library, tools):
    shared = library.work / "libdigits.so"
    run(program("gcc", "cc"), "-shared", "-Wl,--no-undefined", "-Wl,--whole-archive", library.archive,
        "-Wl,--no-whole-archive", "-o", shared)
    same(run(sys.executable, HERE / "client.py", shared, library.header), tools.answer())


def check_rust(library, tools):
    out = library.work / "client_rust"
    run(program("rustc"), "-O", HERE / "client.rs", "-L", library.folder, "-l", "static=digits", "-o", out)
    same(run(out, library.size("STATE_BYTES"), library.size("PREDICT_ARENA_BYTES")), tools.answer())


def check_weights(library, tools):
    """Weights from a file, embedded, and mapped: one answer."""
    weights = library.work / "weights.safetensors"
    expected = tools.answer("native", weights)
    with_weights = tools.library("--embed-weights", weights, "--pack-weights", weights)
    packed, = library.work.glob("digits.*.packed")
    answers = run(with_weights.client(c_compiler(), "client_weights.c", "-D_GNU_SOURCE"), weights, packed).split()
    same(answers, [expected] * 4)


def check_levels(library, tools):
    """The library takes the best instruction set of the processor that it finds."""
    emulator = program("qemu-x86_64", "qemu-x86_64-static")
    client = library.client(c_compiler(), "client.c", "-static")
    for processor, target in (("Nehalem", "x86-64-v2"), ("Haswell", "x86-64-v3")):
        same(run(emulator, "-cpu", processor, client), tools.answer(target))
    refused = subprocess.run([emulator, "-cpu", "core2duo", client], capture_output=True, text=True)
    if "lacks the instructions" not in refused.stderr:
        sys.exit(f"a processor without SSE4.2 is not refused: {refused}")


def alike(answer, expected):
    """Equal within rounding: instruction sets add in different orders."""
    def numbers(text):
        return [struct.unpack(">f", bytes.fromhex(text[i:i + 8]))[0] for i in range(0, len(text), 8)]

    error = max(abs(a - b) for a, b in zip(numbers(answer), numbers(expected), strict=True))
    print("greatest difference", error)
    if not error <= 1e-5 * max(map(abs, numbers(expected))):
        sys.exit(f"{error} is too much")


def check_arm(library, tools):
    """Without any library."""
    emulator = program("qemu-aarch64", "qemu-aarch64-static")
    clang = [program("clang-19", "clang"), "--target=aarch64-linux-gnu", "-std=c11", "-ffreestanding", "-fno-builtin"]
    arm = tools.library("--target", "aarch64", "--freestanding")
    client = arm.client(clang, "client_freestanding.c", "-nostdlib", "-static", "-fuse-ld=lld")
    alike(run(emulator, client), tools.answer())


def check_wasm(library, tools):
    """As a WebAssembly module, which has nothing but its memory."""
    node, linker = program("node", "nodejs"), program("wasm-ld-19", "wasm-ld")
    wasm = tools.library("--target", "wasm32", "--freestanding")
    module = wasm.work / "digits.wasm"
    exports = [f"--export={name}" for name in ("digits_init", "digits_predict", "digits_strerror", "__heap_base")]
    run(linker, "--no-entry", *exports, wasm.archive, "-o", module)
    alike(run(node, HERE / "client.mjs", module, wasm.header), tools.answer())


def check_symbols(library, tools):
    """Nothing is needed but memory functions, nothing is given but what the header has, and nothing can be changed."""
    needed = set(re.findall(r"\bU (\S+)", run("nm", "-u", library.archive)))
    public = set(re.findall(r" [A-TV-Z] (\S+)", run("nm", "-g", library.archive)))
    declared = set(re.findall(r"\b(digits_\w+)\(", library.header.read_text()))
    print("needs", sorted(needed), "gives", sorted(public))
    if needed - ALLOWED or public != declared:
        sys.exit(f"needs {needed - ALLOWED} beyond what is allowed, or gives other functions than {declared}")
    sections = re.findall(r"\s(\.t?(?:data|bss)) +([0-9a-f]+) ", run("objdump", "-h", library.archive))
    if any(int(size, 16) for _, size in sections):
        sys.exit(f"something is writable: {sections}")


def check_statorc(library, tools):
    """Every kind of file is written, and an option that does not fit is told before any work."""
    kinds = {"obj": "digits.o", "lib": "libdigits.a", "header": "digits.h", "llvm": "digits.ll", "asm": "digits.s",
             "graph": "digits.graph"}
    run(tools.statorc, tools.graph, "--functions", "predict", "--bind", "batch=1", "--target", "x86-64", "--emit",
        ",".join(kinds), "--output", library.work)
    missing = [kind for kind, name in kinds.items() if not (library.work / name).stat().st_size]
    same((library.work / "digits.graph").read_bytes(), pathlib.Path(tools.graph).read_bytes())
    refused = subprocess.run([tools.statorc, "no.graph", "--emit", "lib,pdf"], capture_output=True, text=True)
    if missing or refused.returncode == 0 or "--emit of 'pdf' is not one of obj, lib" not in refused.stderr:
        sys.exit(f"missing: {missing}; {refused}")


CHECKS = {name.removeprefix("check_"): function for name, function in list(globals().items())
          if name.startswith("check_")}


def main(what, folder, statorc, graph, jit, work):
    work = pathlib.Path(work) / what
    CHECKS[what](Library(folder, work), Tools(statorc, graph, jit, work))


main(*sys.argv[1:])
