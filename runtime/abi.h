// The one calling convention of compiled functions, whichever way they were made. Plain C: other languages call it too.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct StatorCall StatorCall;

/// One chunk of a parallel region. Chunks are independent and may run in any order, on any thread.
typedef void (*StatorKernel)(const StatorCall* call, int64_t chunk);

/// All that a compiled function sees. The caller owns every byte.
struct StatorCall {
  void* state;                ///< the state block, 64-byte aligned; slots at the program's offsets
  void* arena;                ///< scratch of the executable's arena size, 64-byte aligned
  const void* const* inputs;  ///< dense row-major tensors of the bound extents, in the function's order
  void* const* results;       ///< where dense row-major results go
  const void* arguments;      ///< 8 bytes for each scalar argument, in the function's order: a float or an int64_t
  /// Runs chunks 0 .. chunks-1 of `kernel` and returns when all are done. Null: the function runs them in order itself.
  void (*parallel)(void* pool, StatorKernel kernel, const StatorCall* call, int64_t chunks);
  void* pool;  ///< passed to `parallel`
};

typedef void (*StatorFunction)(const StatorCall* call);

#ifdef __cplusplus
}
#endif
