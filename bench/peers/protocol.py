"""What a worker and the one who times it say to each other: one line each way, over the worker's standard streams.

    (at the start)             {"hello": "PyTorch 2.15.0"}
    prepare WORKLOAD           {"ready": WORKLOAD}       compiled, its inputs drawn, called once; what was ready is gone
    run WORKLOAD SECONDS       {"us": [...]}             microseconds per call, of batches of at least a millisecond

Instead of an answer, {"missing": REASON} where there is no such workload on that side, {"error": TEXT} where it failed.
bench/workloads/worker.cpp is Stator's side of it.
"""
import json
import os
import sys
import time
import traceback

BATCH_SECONDS = 1e-3


class Missing(Exception):
    """There is no such workload here, for the reason given."""


def seconds_of(run, count):
    """Seconds, and seconds per call; `run` says how many it made where these are not `count`."""
    start = time.perf_counter()
    made = run(count) or count
    seconds = time.perf_counter() - start
    return seconds, seconds / made


def time_slice(run, seconds):
    """Microseconds per call within about `seconds`; `run(count)` calls so often and waits for the results.

    The first calls only warm the caches, unless one of them already takes that long."""
    took, one = seconds_of(run, 1)
    if took > seconds:
        return [1e6 * one]
    one = min([one] + [seconds_of(run, 1)[1] for _ in range(2)])
    count = max(1, int(BATCH_SECONDS / one))
    times = []
    while seconds > 0:
        took, one = seconds_of(run, count)
        times.append(1e6 * one)
        seconds -= took
    return times


class Worker:
    """Answers lines; `prepare(workload)` gives the `run` of time_slice."""

    def __init__(self, prepare):
        self.prepare, self.name, self.run = prepare, None, None

    def answer(self, line):
        command, name, *rest = line.split()
        if command not in ("prepare", "run"):
            return {"error": f"no such command: {line}"}
        if name != self.name:
            self.name = self.run = None
            run = self.prepare(name)
            run(1)
            self.name, self.run = name, run
        return {"us": time_slice(self.run, float(rest[0]))} if command == "run" else {"ready": name}


def serve(hello, prepare):
    """Answers until its input ends. What else is printed goes to standard error: answers stand alone."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(prepare)
    print(json.dumps({"hello": hello}), file=answers)
    for line in sys.stdin:
        try:
            reply = worker.answer(line)
        except Missing as missing:
            reply = {"missing": str(missing)}
        except Exception as error:  # whatever a framework raises is that side's result
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(reply), file=answers)
