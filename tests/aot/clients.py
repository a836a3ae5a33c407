"""Clients of one library in several languages: each must print the scores that the JIT computes at the same target.

Arguments: what to check (c, cpp, python, rust, arm, symbols), statorc, the graph, the program that asks the JIT, a folder.
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
ALLOWED = {"memcpy", "memmove", "memset", "log", "sin", "cos"}


def run(*command, **more):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
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
    """The library `digits` for a target, in a folder of its own."""

    def __init__(self, statorc, graph, folder, target):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        run(statorc, graph, "--name", "digits", "--functions", "predict,train_step", "--bind", "batch=1,32",
            "--target", target, "--output", self.folder)
        self.archive, self.header = self.folder / "libdigits.a", self.folder / "digits.h"

    def size(self, name):
        return re.search(rf"#define DIGITS_{name} (\d+)", self.header.read_text())[1]


def compiled(library, compiler, source, *flags):
    out = library.folder / "client"
    run(*compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", f"-I{ROOT}", f"-I{library.folder}", HERE / source,
        library.archive, *flags, "-o", out)
    return out


def c_answer(library):
    return run(compiled(library, [program("gcc", "cc"), "-std=c11"], "client.c", "-lm"))


def cpp_answer(library):
    return run(compiled(library, [program("g++", "c++"), "-std=c++17"], "client.cpp", "-lm"))


def python_answer(library):
    shared = library.folder / "libdigits.so"
    run(program("gcc", "cc"), "-shared", "-Wl,--no-undefined", "-Wl,--whole-archive", library.archive,
        "-Wl,--no-whole-archive", "-lm", "-o", shared)
    return run(sys.executable, HERE / "client.py", shared, library.header)


def rust_answer(library):
    out = library.folder / "client_rust"
    run(program("rustc"), "-O", HERE / "client.rs", "-L", library.folder, "-l", "static=digits", "-l", "m", "-o", out)
    return run(out, library.size("STATE_BYTES"), library.size("PREDICT_ARENA_BYTES"))


def arm_answer(library):
    emulator = program("qemu-aarch64", "qemu-aarch64-static")
    clang = [program("clang-19", "clang"), "--target=aarch64-linux-gnu", "-std=c11", "-ffreestanding", "-fno-builtin"]
    client = compiled(library, clang, "client_freestanding.c", "-nostdlib", "-static", "-fuse-ld=lld")
    return run(emulator, client)


def numbers(answer):
    return [struct.unpack(">f", bytes.fromhex(answer[i:i + 8]))[0] for i in range(0, len(answer), 8)]


def check_symbols(library):
    needed = set(re.findall(r"\bU (\S+)", run("nm", "-u", library.archive)))
    public = set(re.findall(r" [A-TV-Z] (\S+)", run("nm", "-g", library.archive)))
    declared = set(re.findall(r"\b(digits_\w+)\(", library.header.read_text()))
    print("needs", sorted(needed), "gives", sorted(public))
    if needed - ALLOWED or public != declared:
        sys.exit(f"needs {needed - ALLOWED} beyond what is allowed, or gives other functions than {declared}")


def main(what, statorc, graph, jit, folder):
    target = "aarch64" if what == "arm" else "native"
    if what == "arm":
        program("qemu-aarch64", "qemu-aarch64-static")
    library = Library(statorc, graph, pathlib.Path(folder) / what, target)
    if what == "symbols":
        return check_symbols(library)
    answer, expected = globals()[f"{what}_answer"](library), run(jit)
    if what == "arm":  # another instruction set: equal within rounding
        error = max(abs(a - b) for a, b in zip(numbers(answer), numbers(expected), strict=True))
        print("greatest difference", error)
        if not error <= 1e-5 * max(map(abs, numbers(expected))):
            sys.exit(f"{error} is too much")
    elif answer != expected:
        sys.exit(f"the JIT says\n{expected}\nbut this client\n{answer}")


main(*sys.argv[1:])
