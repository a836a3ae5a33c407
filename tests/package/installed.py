"""Installs Stator to a folder and builds a project there that finds it. Arguments: CMake, Stator's build, its generator."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


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
        line = must(out / "fit_line").strip()
        if line != "y = 2.000 x + -1.000":
            sys.exit(f"not the line that was asked for: {line}")
        must(*configure, "-DBUDGET=64")
        refused = run(cmake, "--build", out)
        if refused.returncode == 0 or "more than the 64 allowed" not in refused.stdout:
            sys.exit(f"a budget that is too small must fail the build:\n{refused.stdout}")


main(*sys.argv[1:])
