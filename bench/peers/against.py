"""Times Stator beside other frameworks: every workload on all sides in turns, within one run.

    ./x bench --against torch,jax,onnxruntime,openvino [--threads 1,2] [--models mlp,predict] [--rounds 4] [--json FILE]

Every side is a process of its own that stays alive and is held to the same cores; only one works at a time. A round
gives each a slice of time, and ratios are taken within a round. onednn and openblas in the list are libraries, whose
kernels take turns with ours within one process, on one thread. Writes FILE and, beside it, the tables (.md).
"""
import argparse
import json
import pathlib
import subprocess
import time

import environment
import report
import sides
import workloads
from measure import measure

LIBRARIES = ("onednn", "openblas")

def known(text, all_of_them):
    """A list with commas. Errors: ArgumentTypeError for what there is none of."""
    chosen = text.split(",")
    for each in chosen:
        if each not in all_of_them:
            raise argparse.ArgumentTypeError(f"there is no {each}; there are {', '.join(all_of_them)}")
    return chosen


def workloads_of(text):
    """The workloads of the models or kinds named (mlp, predict), or those that begin as named (predict/mlp)."""
    chosen = []
    for wanted in text.split(","):
        found = [name for name in workloads.NAMES if wanted in name.split("/") or name.startswith(wanted)]
        if not found:
            raise argparse.ArgumentTypeError(f"no workload is called {wanted}; there are {', '.join(workloads.NAMES)}")
        chosen += found
    return [name for name in workloads.NAMES if name in chosen]


def arguments():
    parser = argparse.ArgumentParser(prog="./x bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--against", type=lambda text: known(text, (*sides.MODES, *LIBRARIES)), required=True,
                        metavar="LIST", help="of " + ", ".join((*sides.MODES, *LIBRARIES)))
    parser.add_argument("--threads", type=lambda text: [int(each) for each in text.split(",")], default=[1, 2],
                        metavar="LIST", help="how many threads both sides have; 1,2 by default")
    parser.add_argument("--models", type=workloads_of, default=list(workloads.NAMES), metavar="LIST",
                        help="models, kinds or beginnings of names of workloads; all by default")
    parser.add_argument("--rounds", type=int, default=4, help="slices that each side gets")
    parser.add_argument("--seconds", type=float, default=0.3, help="of a slice")
    parser.add_argument("--json", type=pathlib.Path, help="file for all figures; build/peers/against.json by default")
    return parser.parse_args()


def compare(options, peers, python):
    """The results, printed as they come, and the versions of those compared."""
    results, versions = [], []
    for threads in options.threads:
        all_sides = sides.start(options.build / "bench/workloads/bench_worker", python, peers, threads,
                                options.build.parent / "peers")
        versions += [side.hello for side in all_sides if side.hello]
        for workload in options.models:
            results.append({"threads": threads, **measure(all_sides, workload, options.rounds, options.seconds)})
            print(report.line(results[-1]), flush=True)
        for side in all_sides:
            side.end()
    return results, list(dict.fromkeys(versions))


def compare_libraries(options, names):
    """What bench_libraries finds for each kind of kernel. Errors: CalledProcessError where it fails."""
    figures = options.build.parent / "peers" / "libraries.json"
    subprocess.run([options.build / "bench/libraries/bench_libraries", "--libraries", ",".join(names), "--json",
                    figures], check=True)
    return json.loads(figures.read_text(encoding="utf-8"))


def main():
    options = arguments()
    start = time.time()
    folder = options.build.parent / "peers"
    folder.mkdir(exist_ok=True)
    found = {"machine": report.machine(), "versions": [], "threads": options.threads, "rounds": options.rounds,
             "seconds": options.seconds, "missing": {}, "results": [], "libraries": []}
    frameworks = [peer for peer in options.against if peer in sides.MODES]
    if frameworks:
        python, found["missing"] = environment.ensure(folder / "environment", frameworks)
        for peer, reason in found["missing"].items():
            environment.say(f"{peer} is left out: {reason}")
        present = [peer for peer in frameworks if peer not in found["missing"]]
        found["results"], found["versions"] = compare(options, present, python)
    libraries = [peer for peer in options.against if peer in LIBRARIES]
    if libraries:
        found["libraries"] = compare_libraries(options, libraries)
    path = options.json or folder / "against.json"
    report.write(found, path)
    print(f"\n{path} and {path.with_suffix('.md')}: all figures, and tables; {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
