"""The two sides of a comparison as processes that wait for their turn, each held to the same cores."""
import json
import os
import pathlib
import queue
import subprocess
import threading

HERE = pathlib.Path(__file__).parent
MODES = {"torch": ("eager", "best", "compile"), "jax": ("jit", "loop"), "onnxruntime": ("cpu",),
         "openvino": ("latency",)}
OURS = "stator"
OURS_ON_ONE = "stator:1"
PREPARE_SECONDS, RUN_SECONDS = 900, 300


def cores(threads):
    """The first of those that this process may use. Errors: SystemExit where there are not as many."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < threads:
        raise SystemExit(f"--threads {threads}: this process may use {len(mine)} core(s)")
    return mine[:threads]


class Side:
    """A worker process; `protocol.py` says what it is asked and answers."""

    def __init__(self, name, command, threads, logs, environment):
        self.name, self.hello = name, None
        self.failure = None  # why nothing more can be asked
        own = dict(os.environ, OMP_NUM_THREADS=str(threads), **environment)
        held = cores(threads)
        with open(logs / f"{name.replace(':', '_')}_{threads}.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*command, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=own,
                bufsize=1, preexec_fn=lambda: os.sched_setaffinity(0, held))
        self.answers = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def _answer(self, seconds):
        try:
            line = self.answers.get(timeout=seconds)
        except queue.Empty:
            self.failure = f"no answer within {seconds} s"
        else:
            if line is not None:
                return json.loads(line)
            self.failure = f"its process ended with {self.process.wait()}"
        self.process.kill()
        return {"error": self.failure}

    def greet(self):
        self.hello = self._answer(PREPARE_SECONDS).get("hello")
        return self.hello

    def ask(self, command, *words):
        if self.failure:
            return {"error": self.failure}
        try:
            print(command, *words, file=self.process.stdin)
        except OSError:
            pass  # it ended: the answer says so
        return self._answer(PREPARE_SECONDS if command == "prepare" else RUN_SECONDS)

    def processor_seconds(self):
        """That the process has used so far, all its threads together."""
        try:
            fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(worker, python, peers, threads, folder):
    """Ours and all modes of the peers, greeted; with more than one thread ours on one as well."""
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {"STATOR_ONNX": str(folder / "onnx"), "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor")}
    sides = [Side(OURS, [str(worker)], threads, logs, environment)]
    if threads > 1:
        sides.append(Side(OURS_ON_ONE, [str(worker)], 1, logs, environment))
    for peer in peers:
        sides += [Side(f"{peer}:{mode}", [str(python), str(HERE / f"{peer}_worker.py"), mode], threads, logs,
                       environment) for mode in MODES[peer]]
    for side in sides:
        side.greet()
    return sides
