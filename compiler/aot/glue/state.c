// A state in memory: starting values, saving, loading. A saved state is a safetensors file.
#include "compiler/aot/glue/model.h"

static void copy(char* to, const char* from, int64_t bytes) { __builtin_memcpy(to, from, (uint64_t)bytes); }

/* A slot's values, from the order of files to that of the state. */
static void store(const AotSlot* slot, char* stored, const char* values) {
  const int64_t size = slot->element_bytes;
  if (slot->rank == 0) copy(stored, values, slot->element_count * size);
  for (int64_t i = 0; i < slot->element_count && slot->rank; ++i)
    copy(stored + place_of(slot, i) * size, values + i * size, size);
}

static void restore(const AotSlot* slot, const char* stored, char* values) {
  const int64_t size = slot->element_bytes;
  if (slot->rank == 0) copy(values, stored, slot->element_count * size);
  for (int64_t i = 0; i < slot->element_count && slot->rank; ++i)
    copy(values + i * size, stored + place_of(slot, i) * size, size);
}

static AotError check_block(const void* block) {
  if (!block) return aot_null_pointer;
  return ((uintptr_t)block & 63) ? aot_misaligned : aot_ok;
}

static AotError check_state(const AotModel* model, const void* state) {
  const AotError error = check_block(state);
  if (error) return error;
  const AotHead* head = state;
  const int known = head->hash == model->hash && head->target >= 0 && head->target < model->target_count;
  return known && (!head->is_handle || model->embedded) ? aot_ok : aot_wrong_state;
}

/* What is behind the head. */
static char* own_block(void* state) { return (char*)state + sizeof(AotHead); }

static char* block_of(const AotModel* model, const void* state) {
  return ((const AotHead*)state)->is_handle ? (char*)model->embedded : own_block((void*)state);
}

static void set_head(const AotModel* model, void* state, uint64_t seed, int64_t target, int64_t is_handle) {
  const AotHead head = {model->hash, seed, target, is_handle, {0}};
  copy(state, (const char*)&head, sizeof head);
}

/* A head with the target for this host. */
static AotError begin(const AotModel* model, void* state, uint64_t seed, int64_t is_handle) {
  const int64_t target = best_target(model);
  if (target < 0) return aot_unsupported_host;
  set_head(model, state, seed, target, is_handle);
  return aot_ok;
}

int32_t stator_aot_init(const AotModel* model, void* state, uint64_t seed) {
  AotError error = check_block(state);
  if (!error) error = begin(model, state, seed, 0);
  if (error) return error;
  char* block = own_block(state);
  if (model->embedded) copy(block, model->embedded, model->block_bytes);
  for (int64_t i = 0; i < model->slot_count && !model->embedded; ++i)
    model->slots[i].start(&model->slots[i], seed, block + model->slots[i].offset_bytes);
  return aot_ok;
}

int32_t stator_aot_open(const AotModel* model, void* handle) {
  const AotError error = check_block(handle);
  return error ? error : begin(model, handle, 0, 1);
}

int32_t stator_aot_check(const AotModel* model, const void* state, int64_t size) {
  const AotError error = check_block(state);
  if (error) return error;
  if (size < (int64_t)sizeof(AotHead)) return aot_wrong_size;
  if (check_state(model, state)) return aot_wrong_state;
  const int64_t behind = ((const AotHead*)state)->is_handle ? 0 : model->block_bytes;
  if (size < (int64_t)sizeof(AotHead) + behind) return aot_wrong_size;
  return host_has(model->levels[((const AotHead*)state)->target]) ? aot_ok : aot_unsupported_host;
}

int32_t stator_aot_save(const AotModel* model, const void* state, void* bytes, int64_t size) {
  const AotError error = check_state(model, state);
  if (error) return error;
  if (!bytes) return aot_null_pointer;
  if (size < model->saved_bytes) return aot_wrong_size;
  const char* block = block_of(model, state);
  char *header = bytes, *data = header + model->saved_header_bytes;
  copy(header, model->saved_header, model->saved_header_bytes);
  uint64_t seed = ((const AotHead*)state)->seed;
  for (int64_t digit = 19; digit >= 0; --digit, seed /= 10)
    header[model->saved_seed_at + digit] = (char)('0' + seed % 10);
  for (int64_t i = 0; i < model->slot_count; ++i) {
    const AotSlot* slot = &model->slots[i];
    restore(slot, block + slot->offset_bytes, data + slot->saved_at);
  }
  return aot_ok;
}

/* A safetensors file: its header, and the data behind it. */
typedef struct File {
  Text header;
  const char* data;
  int64_t data_bytes;
} File;

static AotError open_file(const void* bytes, int64_t size, File* file) {
  if (!bytes) return aot_null_pointer;
  if (size < 8) return aot_wrong_size;
  uint64_t length = 0;
  const unsigned char* begin = bytes;
  for (int byte = 0; byte < 8; ++byte) length |= (uint64_t)begin[byte] << (8 * byte);
  if (length > (uint64_t)size - 8) return aot_wrong_size;
  file->header.at = (const char*)bytes + 8;
  file->header.end = file->header.at + length;
  file->data = file->header.end;
  file->data_bytes = size - 8 - (int64_t)length;
  return aot_ok;
}

/* Where a slot's values stand in a file. `entry` is the file's description of it. */
static AotError values_of(const AotSlot* slot, const File* file, Text entry, const char** values) {
  Text value;
  if (!member(entry, "dtype", 5, &value) || !same_value(value, slot->dtype)) return aot_wrong_file;
  if (!member(entry, "shape", 5, &value) || !same_value(value, slot->shape)) return aot_wrong_file;
  int64_t begin, end;
  if (!member(entry, "data_offsets", 12, &value) || !take(&value, '[') || !whole_number(&value, &begin) ||
      !take(&value, ',') || !whole_number(&value, &end))
    return aot_wrong_file;
  if (begin > end || end - begin != slot->element_count * slot->element_bytes) return aot_wrong_file;
  if (end > file->data_bytes) return aot_wrong_size;
  *values = file->data + begin;
  return aot_ok;
}

/* Checks that every slot is in the file, or copies them into `block` where that is not null. */
static AotError read_slots(const AotModel* model, const File* file, int only_parameters, char* block) {
  for (int64_t i = 0; i < model->slot_count; ++i) {
    const AotSlot* slot = &model->slots[i];
    Text entry;
    if (!member(file->header, slot->name, slot->name_bytes, &entry)) {
      if (only_parameters && !slot->is_parameter) continue;
      return aot_wrong_file;
    }
    const char* values;
    const AotError error = values_of(slot, file, entry, &values);
    if (error) return error;
    if (block) store(slot, block + slot->offset_bytes, values);
  }
  return aot_ok;
}

static uint64_t seed_in(const File* file) {
  Text metadata, value, digits;
  if (!member(file->header, "__metadata__", 12, &metadata) || !member(metadata, "stator.seed", 11, &value) ||
      !string_in(&value, &digits))
    return 0;
  uint64_t number = 0;
  for (; digits.at < digits.end && *digits.at >= '0' && *digits.at <= '9'; ++digits.at)
    number = number * 10 + (uint64_t)(*digits.at - '0');
  return number;
}

int32_t stator_aot_load(const AotModel* model, void* state, const void* bytes, int64_t size) {
  File file;
  AotError error = check_block(state);
  if (!error) error = open_file(bytes, size, &file);
  if (!error) error = read_slots(model, &file, 0, 0);
  if (!error) error = begin(model, state, seed_in(&file), 0);
  if (error) return error;
  read_slots(model, &file, 0, own_block(state));
  return aot_ok;
}

int32_t stator_aot_load_parameters(const AotModel* model, void* state, const void* bytes, int64_t size) {
  File file;
  AotError error = check_state(model, state);
  if (!error && ((const AotHead*)state)->is_handle) error = aot_wrong_state;
  if (!error) error = open_file(bytes, size, &file);
  if (!error) error = read_slots(model, &file, 1, 0);
  if (error) return error;
  read_slots(model, &file, 1, own_block(state));
  return aot_ok;
}
