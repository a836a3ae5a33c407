"""The comparison with other frameworks, with workers that are only scripts: turns, failures, ratios, tables."""
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))

import measure
import protocol
import report
import sides

WORKER = """
import json, sys, time
print(json.dumps({"hello": "a script"}), flush=True)
for line in sys.stdin:
    %s
"""
STEADY = 'print(json.dumps({"us": [%f, %f]} if line.startswith("run") else {"ready": "x"}), flush=True)'
ABSENT = 'print(json.dumps({"missing": "only predictions"}), flush=True)'
DYING = 'sys.exit(3) if line.startswith("run") else print(json.dumps({"ready": "x"}), flush=True)'


class Against(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.sides = []

    def tearDown(self):
        for side in self.sides:
            side.end()
            side.process.stdout.close()
        self.folder.cleanup()

    def add(self, name, script):
        side = sides.Side(name, [sys.executable, "-c", WORKER % script], 1, pathlib.Path(self.folder.name), {})
        self.assertEqual(side.greet(), "a script")
        self.sides.append(side)

    def measured(self):
        return {"threads": 1, **measure.measure(self.sides, "train_step/mlp/batch:32", 3, 0.01)}

    def test_the_fastest_of_the_others_counts(self):
        self.add("stator", STEADY % (10, 12))
        self.add("torch:eager", STEADY % (50, 60))
        self.add("jax:jit", STEADY % (20, 36))
        result = self.measured()
        self.assertEqual(result["fastest"], "jax:jit")
        self.assertEqual(result["sides"]["stator"]["calls"], 6)
        self.assertAlmostEqual(result["ratio"]["best"], 2.0)
        self.assertAlmostEqual(result["ratio"]["median"], 28 / 11)
        self.assertIn("| 10 / 11 | 50 / 55 | 20 / 28 | 2.00 / 2.55 (2.55 to 2.55) |", report.table([result], 1))

    def test_who_fails_is_told_and_the_others_go_on(self):
        self.add("stator", STEADY % (10, 10))
        self.add("torch:eager", STEADY % (20, 20))
        self.add("torch:compile", DYING)
        self.add("onnxruntime:cpu", ABSENT)
        result = self.measured()
        self.assertEqual(set(result["sides"]), {"stator", "torch:eager"})
        self.assertEqual(result["failed"], ["torch:compile"])
        self.assertEqual(result["left_out"]["torch:compile"], "its process ended with 3")
        self.assertEqual(result["left_out"]["onnxruntime:cpu"], "only predictions")
        found = {"machine": {"cpu": "some", "cores": 1}, "versions": [], "threads": [1], "rounds": 3, "seconds": 0.01,
                 "missing": {"jax": "no such package"}, "results": [result], "libraries": []}
        path = pathlib.Path(self.folder.name) / "found.json"
        report.write(found, path)
        self.assertEqual(json.loads(path.read_text())["results"][0]["failed"], ["torch:compile"])
        text = path.with_suffix(".md").read_text()
        self.assertIn("- `train_step/mlp/batch:32` on 1, torch:compile: its process ended with 3", text)
        self.assertIn("- jax: no such package", text)
        self.assertNotIn("onnxruntime", text)

    def test_without_ours_there_is_no_ratio(self):
        self.add("stator", DYING)
        self.add("torch:eager", STEADY % (20, 20))
        result = self.measured()
        self.assertNotIn("ratio", result)
        self.assertIn("| failed | 20 / 20 |  |", report.table([result], 1))


class Clock:
    """Stands in for time.perf_counter: goes on only while a call takes its time."""

    def __init__(self, call_seconds):
        self.now, self.call_seconds = 0.0, call_seconds

    def slice(self, seconds, made=None):
        def run(count):
            self.now += self.call_seconds * (made or count)
            return made
        with unittest.mock.patch("time.perf_counter", lambda: self.now):
            return protocol.time_slice(run, seconds)


class Protocol(unittest.TestCase):
    def test_a_slice_is_of_times_per_call(self):
        times = Clock(0.002).slice(0.0199)
        self.assertEqual(len(times), 10)
        for each in times:
            self.assertAlmostEqual(each, 2000)

    def test_short_calls_are_timed_by_the_millisecond(self):
        self.assertEqual(len(Clock(2.0**-20).slice(0.0099)), 10)

    def test_a_call_longer_than_its_slice_is_made_once(self):
        self.assertEqual(len(Clock(0.02).slice(0.01)), 1)

    def test_calls_that_were_made_beyond_those_asked_for_count(self):
        for each in Clock(2e-5).slice(0.01, made=100):
            self.assertAlmostEqual(each, 20)

    def test_one_workload_is_ready_at_a_time(self):
        prepared = []
        worker = protocol.Worker(lambda name: prepared.append(name) or (lambda count: None))
        self.assertEqual(worker.answer("prepare a"), {"ready": "a"})
        self.assertIn("us", worker.answer("run a 0.001"))
        worker.answer("run b 0.001")
        self.assertEqual(prepared, ["a", "b"])
        self.assertIn("error", worker.answer("walk a"))


if __name__ == "__main__":
    unittest.main()
