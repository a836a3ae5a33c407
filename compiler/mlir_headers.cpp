// The one source of the library that precompiles compiler/mlir_headers.h for all others.
