// Which instruction sets this host has.
#include "compiler/aot/glue/model.h"

/* Levels of the x86-64 psABI, as cpu::Target has them; 0: every host of the architecture. */
enum { level_plain = 0, level_v2 = 2, level_v3 = 3 };

#if defined(__x86_64__)

typedef struct Registers {
  uint32_t a, b, c, d;
} Registers;

static Registers cpuid(uint32_t leaf) {
  Registers r;
  __asm__("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
  return r;
}

static int all(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

/* The registers that the system saves: 6 for AVX's, 0xE6 for AVX-512's too. */
static int system_saves(uint32_t bits) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return all(low, bits);
}

static int host_has(int64_t level) {
  if (level == level_plain) return 1;
  const uint32_t last = cpuid(0).a;
  const Registers basic = cpuid(1);
  const uint32_t sse = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23; /* SSE3 to SSE4.2, cx16, popcnt */
  if (!all(basic.c, sse)) return 0;
  if (level == level_v2) return 1;
  const uint32_t avx = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29; /* fma, movbe, osxsave, avx, f16c */
  if (last < 7 || !all(basic.c, avx) || !system_saves(6)) return 0;
  const uint32_t extended = cpuid(7).b, avx2 = 1u << 3 | 1u << 5 | 1u << 8; /* bmi, avx2, bmi2 */
  if (!all(extended, avx2) || cpuid(0x80000000u).a < 0x80000001u || !all(cpuid(0x80000001u).c, 1u << 5)) return 0;
  if (level == level_v3) return 1;
  const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31; /* f, dq, cd, bw, vl */
  return all(extended, avx512) && system_saves(0xE6);
}

#else

static int host_has(int64_t level) { return level == level_plain; }

#endif

/* The best of the model's targets that this host can run, or -1. */
static int64_t best_target(const AotModel* model) {
  for (int64_t i = 0; i < model->target_count; ++i)
    if (host_has(model->levels[i])) return i;
  return -1;
}
