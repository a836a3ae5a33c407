# How lit runs the .mlir tests: each is a shell script in its RUN lines, with stator-opt and FileCheck on the path.
import os

import lit.formats

config.name = config.stator_folder
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = config.stator_sources
config.test_exec_root = config.stator_outputs
config.environment["PATH"] = os.pathsep.join(config.stator_tool_folders + [config.environment["PATH"]])
for variable in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "STATOR_CACHE"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
