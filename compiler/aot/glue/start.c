// Starting values of slots: the draws of runtime/state.cpp, bit for bit.
#include "compiler/aot/glue/model.h"
#include "runtime/normal_draw.h"

typedef struct Words {
  uint32_t at[4];
} Words;

/* Philox4x32-10 of step 0, as runtime/philox.h has it. */
static Words philox(uint64_t seed, uint32_t site, uint64_t block) {
  Words c = {{(uint32_t)block, (uint32_t)(block >> 32), 0, site}};
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = (uint64_t)0xD2511F53 * c.at[0], second = (uint64_t)0xCD9E8D57 * c.at[2];
    const Words next = {{(uint32_t)(second >> 32) ^ c.at[1] ^ key0, (uint32_t)second,
                         (uint32_t)(first >> 32) ^ c.at[3] ^ key1, (uint32_t)first}};
    c = next;
    key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;
  }
  return c;
}

static double unit(uint32_t word) { return (double)(word >> 8) * 0x1p-24; }

/* a + b * x without a fused multiply-add on any architecture: that would change bits. */
static double scaled(double a, double b, double x) {
  volatile double product = b * x;
  return a + product;
}

/* Where in the state the element lies that is number `index` of a file. */
static int64_t place_of(const AotSlot* slot, int64_t index) {
  if (slot->rank == 0) return index;
  int64_t place = 0;
  for (int64_t axis = slot->rank - 1; axis >= 0; --axis) {
    place += index % slot->extents[axis] * slot->strides[axis];
    index /= slot->extents[axis];
  }
  return place;
}

static void put(const AotSlot* slot, char* to, int64_t index, double value) {
  const int64_t place = place_of(slot, index);
  if (slot->element_bytes == 8) ((double*)to)[place] = value;
  else ((float*)to)[place] = (float)value;
}

static void clear_row(const AotSlot* slot, char* to) {
  for (int64_t i = slot->zero_begin; i < slot->zero_end; ++i)
    for (int64_t byte = 0; byte < slot->element_bytes; ++byte) to[place_of(slot, i) * slot->element_bytes + byte] = 0;
}

/* Every element holds the bits `fill`. */
void stator_aot_start_constant(const AotSlot* slot, uint64_t seed, char* to) {
  (void)seed;
  for (int64_t i = 0; i < slot->element_count; ++i)
    for (int64_t byte = 0; byte < slot->element_bytes; ++byte)
      to[i * slot->element_bytes + byte] = (char)((uint64_t)slot->fill >> (8 * byte));
  clear_row(slot, to);
}

/* f32 or f64: a + (b - a) * u. */
void stator_aot_start_uniform(const AotSlot* slot, uint64_t seed, char* to) {
  for (int64_t i = 0; i < slot->element_count; ++i) {
    const Words words = philox(seed, (uint32_t)slot->site, (uint64_t)i >> 2);
    put(slot, to, i, scaled(slot->a, slot->b - slot->a, unit(words.at[i & 3])));
  }
  clear_row(slot, to);
}

/* f32 or f64: a + b * z, where z is a normal draw. */
void stator_aot_start_normal(const AotSlot* slot, uint64_t seed, char* to) {
  for (int64_t i = 0; i < slot->element_count; ++i) {
    const Words words = philox(seed, (uint32_t)slot->site, (uint64_t)i >> 2);
    const float z = stator_normal_draw(words.at[i & 2], words.at[(i & 2) + 1], i & 1);
    put(slot, to, i, scaled(slot->a, slot->b, z));
  }
  clear_row(slot, to);
}
