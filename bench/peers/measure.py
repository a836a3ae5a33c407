"""One workload on all sides in turns, and what the times say."""
import concurrent.futures
import os
import statistics
import time

from sides import OURS, OURS_ON_ONE

PAUSE_SECONDS = 0.02  # between turns: threads of the last one that still wait for work go to sleep


def busy_seconds():
    """That all processes together have kept cores busy since the machine started, and what its host took."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, soft, stolen = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


def prepared(sides, workload):
    """The sides that are ready for the workload; and for the others the answer they gave instead."""
    with concurrent.futures.ThreadPoolExecutor(len(sides)) as pool:
        answers = list(pool.map(lambda side: side.ask("prepare", workload), sides))
    ready = [side for side, answer in zip(sides, answers) if "ready" in answer]
    return ready, {side.name: answer for side, answer in zip(sides, answers) if "ready" not in answer}


def in_turns(sides, workload, rounds, seconds):
    """Per side its times, a list for each round; the answers of those that failed; how many cores others used."""
    times, failed, others, passed = {side.name: [] for side in sides}, {}, 0.0, 0.0
    for turn in range(rounds):
        for side in sides if turn % 2 == 0 else sides[::-1]:
            if side.name in failed:
                continue
            time.sleep(PAUSE_SECONDS)
            start, busy, own = time.perf_counter(), busy_seconds(), side.processor_seconds()
            answer = side.ask("run", workload, seconds)
            passed += time.perf_counter() - start
            others += busy_seconds() - busy - (side.processor_seconds() - own)
            if "us" in answer:
                times[side.name].append(answer["us"])
            else:
                failed[side.name] = answer
    return {name: runs for name, runs in times.items() if name not in failed}, failed, max(0.0, others) / passed


def summary_of(runs):
    """Microseconds: the best and the median of all calls, and each round's median."""
    every = [one for run in runs for one in run]
    return {"best": min(every), "median": statistics.median(every), "calls": len(every),
            "rounds": [statistics.median(run) for run in runs]}


def ratio_to(sides, names, of):
    """How many times as long as `of` the fastest of `names` takes: at best, in the middle, per round."""
    rounds = [min(turn) / own for own, *turn in zip(sides[of]["rounds"], *(sides[name]["rounds"] for name in names))]
    return {"best": min(sides[name]["best"] for name in names) / sides[of]["best"],
            "median": min(sides[name]["median"] for name in names) / sides[of]["median"],
            "least": min(rounds), "greatest": max(rounds)}


def measure(sides, workload, rounds, seconds):
    """The record of one workload, as the JSON file has it."""
    ready, left_out = prepared(sides, workload)
    times, failed, others = in_turns(ready, workload, rounds, seconds)
    result = {"workload": workload, "others": others, "sides": {name: summary_of(runs) for name, runs in times.items()},
              "left_out": {name: answer.get("missing") or answer["error"]
                           for name, answer in {**left_out, **failed}.items()},
              "failed": [name for name, answer in {**left_out, **failed}.items() if "error" in answer]}
    measured = result["sides"]
    peers = [name for name in measured if not name.startswith(OURS)]
    if OURS in measured and peers:
        result["fastest"] = min(peers, key=lambda name: measured[name]["median"])
        result["ratio"] = ratio_to(measured, peers, OURS)
    if OURS in measured and OURS_ON_ONE in measured:
        result["speedup"] = ratio_to(measured, [OURS_ON_ONE], OURS)
    return result
