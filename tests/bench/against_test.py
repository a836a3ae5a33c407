"""The comparison with other frameworks, with workers that are only scripts: turns, failures, ratios, tables."""
import json
import pathlib
import sys
import tempfile
import time
import unittest

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


class Protocol(unittest.TestCase):
    def test_a_slice_is_of_times_per_call(self):
        times = protocol.time_slice(lambda count: time.sleep(0.002 * count), 0.02)
        self.assertGreater(len(times), 2)
        self.assertTrue(all(2000 <= each < 20000 for each in times), times)

    def test_a_call_longer_than_its_slice_is_made_once(self):
        self.assertEqual(len(protocol.time_slice(lambda count: time.sleep(0.02), 0.01)), 1)

    def test_calls_that_were_made_beyond_those_asked_for_count(self):
        def hundred(count):
            time.sleep(0.002)
            return 100
        self.assertLess(max(protocol.time_slice(hundred, 0.01)), 2000)

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
