// A call: what it is given is checked, short batches are staged, and the compiled function runs.
#include "compiler/aot/glue/model.h"

/* The smallest variant that has room for the valid extents; null where none has. */
static const AotVariant* variant_for(const AotFunction* function, const int64_t* valid) {
  for (int64_t v = 0; v < function->variant_count; ++v) {
    const AotVariant* variant = &function->variants[v];
    int fits = 1;
    for (int s = 1; s < aot_symbols; ++s)
      if (variant->bounds[s] && (valid[s] < 1 || valid[s] > variant->bounds[s])) fits = 0;
    if (fits) return variant;
  }
  return 0;
}

static int is_partial(const AotTensor* tensor, const int64_t* valid) {
  for (int64_t axis = 0; axis < tensor->rank; ++axis)
    if (tensor->symbols[axis] && valid[tensor->symbols[axis]] != tensor->extents[axis]) return 1;
  return 0;
}

static int64_t valid_extent(const AotTensor* tensor, int64_t axis, const int64_t* valid) {
  return tensor->symbols[axis] ? valid[tensor->symbols[axis]] : tensor->extents[axis];
}

/* Bytes behind one step of `axis`, dense, of the whole tensor or of its valid part. */
static int64_t stride_of(const AotTensor* tensor, int64_t axis, const int64_t* valid) {
  int64_t bytes = tensor->element_bytes;
  for (int64_t i = axis + 1; i < tensor->rank; ++i)
    bytes *= valid ? valid_extent(tensor, i, valid) : tensor->extents[i];
  return bytes;
}

/* Fills a whole tensor from its valid part; what is beyond holds copies of the last valid elements, which are finite
 * where those are. */
static void widen(const AotTensor* tensor, int64_t axis, const int64_t* valid, const char* part, char* whole) {
  const int64_t stride = stride_of(tensor, axis, 0), part_stride = stride_of(tensor, axis, valid);
  const int64_t last = valid_extent(tensor, axis, valid) - 1;
  for (int64_t i = 0; i < tensor->extents[axis]; ++i) {
    const char* from = part + (i < last ? i : last) * part_stride;
    if (stride == part_stride) copy(whole + i * stride, from, stride);
    else widen(tensor, axis + 1, valid, from, whole + i * stride);
  }
}

/* Takes the valid part out of a whole tensor. */
static void narrow(const AotTensor* tensor, int64_t axis, const int64_t* valid, const char* whole, char* part) {
  const int64_t stride = stride_of(tensor, axis, 0), part_stride = stride_of(tensor, axis, valid);
  for (int64_t i = 0; i < valid_extent(tensor, axis, valid); ++i) {
    if (stride == part_stride) copy(part + i * part_stride, whole + i * stride, stride);
    else narrow(tensor, axis + 1, valid, whole + i * stride, part + i * part_stride);
  }
}

static int64_t label_at(const AotTensor* tensor, const void* labels, int64_t i) {
  switch (tensor->element_bytes) {
    case 8:
      return ((const int64_t*)labels)[i];
    case 4:
      return ((const int32_t*)labels)[i];
    case 2:
      return ((const int16_t*)labels)[i];
    default:
      return ((const uint8_t*)labels)[i];
  }
}

static int labels_fit(const AotTensor* tensor, const void* labels) {
  if (!tensor->classes) return 1;
  const int64_t count = tensor->size_bytes / tensor->element_bytes;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t label = label_at(tensor, labels, i);
    if (label < 0 || label >= tensor->classes) return 0;
  }
  return 1;
}

static AotError stage(const AotFunction* function, const AotVariant* variant, const AotCall* call) {
  for (int64_t i = 0; i < function->input_count; ++i) {
    const AotTensor* tensor = &variant->inputs[i];
    if (is_partial(tensor, call->valid)) {
      char* whole = (char*)call->arena + tensor->staged_at;
      widen(tensor, 0, call->valid, call->inputs[i], whole);
      call->inputs[i] = whole;
    }
    if (!labels_fit(tensor, call->inputs[i])) return aot_label_out_of_range;
  }
  for (int64_t i = 0; i < function->result_count; ++i) {
    const AotTensor* tensor = &variant->results[i];
    const int partial = is_partial(tensor, call->valid);
    call->whole_results[i] = partial ? (char*)call->arena + tensor->staged_at : call->results[i];
  }
  return aot_ok;
}

static void trim(const AotFunction* function, const AotVariant* variant, const AotCall* call) {
  for (int64_t i = 0; i < function->result_count; ++i)
    if (call->whole_results[i] != call->results[i])
      narrow(&variant->results[i], 0, call->valid, call->whole_results[i], call->results[i]);
}

static void set_cells(const AotFunction* function, const AotCall* call, uint64_t seed) {
  for (int64_t i = 0; i < function->argument_count; ++i) {
    const AotArgument* argument = &function->arguments[i];
    int64_t cell = argument->default_cell;
    if (argument->kind == aot_seed) cell = (int64_t)seed;
    if (argument->kind == aot_valid) cell = call->valid[argument->symbol];
    if (argument->kind == aot_option && call->options)
      copy((char*)&cell, (const char*)call->options + argument->option_at, argument->option_bytes);
    call->cells[i] = cell;
  }
}

static AotError check_pointers(const AotModel* model, const AotFunction* function, const AotCall* call) {
  AotError error = check_block(call->arena);
  if (!error && (call->state || function->writes_state || !model->embedded)) error = check_state(model, call->state);
  if (!error && function->writes_state && ((const AotHead*)call->state)->is_handle) error = aot_wrong_state;
  for (int64_t i = 0; i < function->input_count && !error; ++i)
    if (!call->inputs[i]) error = aot_null_pointer;
  for (int64_t i = 0; i < function->result_count && !error; ++i)
    if (!call->results[i]) error = aot_null_pointer;
  return error;
}

/* The target that a call runs, or an error below 0. The processor is asked only about what the state does not know:
 * on a virtual machine that takes microseconds. */
static int64_t target_of(const AotModel* model, const AotCall* call) {
  const int32_t asked = call->options ? call->options->target : 0;
  const AotHead* head = call->state;
  if (asked < 0 || asked > model->target_count) return -aot_unknown_target;
  if (head && (!asked || head->target == asked - 1)) return head->target;
  if (asked) return host_has(model->levels[asked - 1]) ? asked - 1 : -aot_unsupported_host;
  const int64_t best = best_target(model);
  return best < 0 ? -aot_unsupported_host : best;
}

int32_t stator_aot_call(const AotModel* model, const AotFunction* function, const AotCall* call) {
  AotError error = check_pointers(model, function, call);
  if (error) return error;
  const AotVariant* variant = variant_for(function, call->valid);
  if (!variant) return aot_rows_out_of_range;
  const int64_t target = target_of(model, call);
  if (target < 0) return (int32_t)-target;
  error = stage(function, variant, call);
  if (error) return error;
  const AotOptions* options = call->options;
  const uint64_t state_seed = call->state ? ((const AotHead*)call->state)->seed : 0;
  set_cells(function, call, options && options->use_seed ? (uint64_t)options->seed : state_seed);
  const StatorCall frame = {call->state ? block_of(model, call->state) : (void*)model->embedded,
                            call->arena,
                            call->inputs,
                            call->whole_results,
                            call->cells,
                            options ? options->parallel : 0,
                            options ? options->pool : 0};
  variant->entries[target](&frame);
  trim(function, variant, call);
  return aot_ok;
}
