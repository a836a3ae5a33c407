// What the glue knows of a model: constants that compiler/aot/describe_model.cpp lays out. Fields are 8 bytes each, so
// that a description is the same list of numbers and pointers for every architecture.
#pragma once

#include <stdint.h>

#include "runtime/abi.h"

enum { aot_symbols = 5 }; /* as compiler/interface/extent.h has them, `none` included */

/* What every function of a library may return; the header lists them as NAME_OK and so on. */
typedef enum AotError {
  aot_ok,
  aot_null_pointer,
  aot_misaligned,
  aot_rows_out_of_range,
  aot_label_out_of_range,
  aot_wrong_state,
  aot_wrong_size,
  aot_wrong_file,
  aot_unsupported_host,
  aot_unknown_target,
} AotError;

typedef struct AotSlot AotSlot;

/* A named tensor of the state. */
struct AotSlot {
  const char* name;
  int64_t name_bytes;
  const char* dtype; /* as safetensors writes it, with quotes: "F32" */
  const char* shape; /* the same: [16,1,3,3] */
  int64_t element_bytes;
  int64_t element_count;
  int64_t offset_bytes; /* behind the state's head */
  int64_t saved_at;     /* behind the saved header */
  int64_t is_parameter;
  void (*start)(const AotSlot* slot, uint64_t seed, char* to);
  double a, b;        /* of a draw */
  int64_t fill;       /* the bits of an element, of a constant */
  int64_t site;       /* of draws */
  int64_t zero_begin; /* elements that start as zeros */
  int64_t zero_end;
  int64_t rank;           /* 0: elements lie in the order of files */
  const int64_t* extents; /* as files have them */
  const int64_t* strides; /* of each axis in the state, in elements */
};

typedef struct AotModel {
  int64_t hash;
  int64_t block_bytes; /* of the state, without its head */
  int64_t slot_count;
  const AotSlot* slots;
  const char* embedded; /* a block with weights, or null */
  const char* saved_header;
  int64_t saved_header_bytes;
  int64_t saved_seed_at; /* 20 digits in the header */
  int64_t saved_bytes;
  int64_t target_count;
  const int64_t* levels; /* of the targets, the best first */
} AotModel;

/* The first 64 bytes of a state; of a handle all there is, and the embedded block stands for what is behind. */
typedef struct AotHead {
  int64_t hash;
  uint64_t seed;
  int64_t target; /* which of the model's targets runs here */
  int64_t is_handle;
  int64_t unused[4];
} AotHead;

typedef struct AotTensor {
  int64_t rank;
  const int64_t* extents;
  const int64_t* symbols; /* of each axis; 0: a number */
  int64_t element_bytes;
  int64_t size_bytes;
  int64_t staged_at; /* where in the arena it lies whole when a call has fewer rows */
  int64_t classes;   /* labels lie in [0, classes); 0: no labels */
} AotTensor;

/* The kinds of scalar arguments. */
enum { aot_option, aot_seed, aot_valid };

typedef struct AotArgument {
  int64_t kind;
  int64_t symbol;       /* of a valid extent */
  int64_t option_at;    /* of an option: where it stands in the options */
  int64_t option_bytes; /* 4 or 8 */
  int64_t default_cell;
} AotArgument;

/* A function compiled for one choice of symbols' numbers, for every target. */
typedef struct AotVariant {
  const int64_t* bounds; /* for each symbol; 0: the function has none of that name */
  const AotTensor* inputs;
  const AotTensor* results;
  const StatorFunction* entries;
} AotVariant;

typedef struct AotFunction {
  int64_t input_count, result_count, argument_count, variant_count;
  const AotArgument* arguments;
  const AotVariant* variants; /* from small to large */
  int64_t writes_state;
} AotFunction;

typedef void (*AotParallel)(void* pool, StatorKernel kernel, const StatorCall* call, int64_t chunks);

/* How the options of every function begin. */
typedef struct AotOptions {
  AotParallel parallel;
  void* pool;
  int32_t target;   /* 0: the one that the state holds; else 1 + a target's number */
  int32_t use_seed; /* 0: the state's seed */
  int64_t seed;
} AotOptions;

/* One call, as the function that the header declares puts it together on its stack. */
typedef struct AotCall {
  void* state;
  void* arena;
  const void** inputs;
  void** results;
  void** whole_results; /* room for as many */
  int64_t* cells;       /* room for the arguments */
  const int64_t* valid; /* for each symbol */
  const AotOptions* options;
} AotCall;
