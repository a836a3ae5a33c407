"""OpenVINO's side, its CPU plugin: openvino_worker.py latency THREADS. One request, used again: its fast way."""
import sys

import openvino

import onnx_files
import workloads
from protocol import serve


def main(hint, threads):
    core = openvino.Core()

    def prepare(name):
        compiled = core.compile_model(onnx_files.path_of(name), "CPU", {
            "PERFORMANCE_HINT": hint.upper(), "INFERENCE_NUM_THREADS": int(threads),
            "INFERENCE_PRECISION_HINT": "f32"})  # where the processor has bf16, its own choice would be that
        request = compiled.create_infer_request()
        x = workloads.inputs(name)[0]
        request.set_input_tensor(openvino.Tensor(x, shared_memory=True))

        def run(count):
            for _ in range(count):
                request.infer(share_outputs=True)

        run.input = x  # read where it is: it must live as long
        return run

    serve(f"OpenVINO {openvino.__version__.split('-')[0]}", prepare)


if __name__ == "__main__":
    main(*sys.argv[1:])
