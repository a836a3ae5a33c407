"""Installs Stator to a folder and builds a project there that finds it. Arguments: CMake, Stator's build, its generator."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LINE = "y = 2.000 x + -1.000"
FITS = {"fit_line": [LINE], "train_line": [f"deferred: {LINE}", f"eager: {LINE}"]}


def run(*command):
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def must(*command):
    result = run(*command)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}")
    return result.stdout


def main(cmake, build, generator):
    with tempfile.TemporaryDirectory() as folder:
        prefix, out = pathlib.Path(folder) / "prefix", pathlib.Path(folder) / "build"
        must(cmake, "--install", build, "--prefix", prefix, "--component", "stator")
        configure = [cmake, "-S", HERE / "consumer", "-B", out, "-G", generator, f"-DCMAKE_PREFIX_PATH={prefix}",
                     "-DCMAKE_BUILD_TYPE=Debug"]
        must(*configure)
        must(cmake, "--build", out)
        for program, expected in FITS.items():
            lines = must(out / program).split("\n")[:-1]
            if lines != expected:
                sys.exit(f"{program}: not the line that was asked for: {lines}")
        must(*configure, "-DBUDGET=64")
        refused = run(cmake, "--build", out)
        if refused.returncode == 0 or "more than the 64 allowed" not in refused.stdout:
            sys.exit(f"a budget that is too small must fail the build:\n{refused.stdout}")


main(*sys.argv[1:])
