"""ONNX Runtime's side, its CPU provider with all optimizations: onnxruntime_worker.py cpu THREADS."""
import sys

import onnxruntime

import onnx_files
import workloads
from protocol import serve


def main(_, threads):
    def prepare(name):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(threads)
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(onnx_files.path_of(name), options, providers=["CPUExecutionProvider"])
        inputs = {"x": workloads.inputs(name)[0]}

        def run(count):
            for _ in range(count):
                session.run(None, inputs)
        return run

    serve(f"ONNX Runtime {onnxruntime.__version__}", prepare)


if __name__ == "__main__":
    main(*sys.argv[1:])
