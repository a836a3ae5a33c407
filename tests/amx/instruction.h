// AMX instructions as processors read them: the VEX forms of those that tiles of bf16 need.
#pragma once

#include <cstdint>
#include <optional>

namespace stator::tests::amx {

enum class Op { load_config, store_config, release, zero, load, store, multiply };

/// `[base + index * scale + displacement]`; for tiles, `index * scale` is the stride from row to row.
struct MemoryOperand {
  static constexpr int none = -1, next_instruction = 16;
  int base = none;  ///< a register by its number in the encoding, or `next_instruction`
  int index = none;
  int scale = 1;
  int32_t displacement = 0;
};

/// One instruction. `multiply` is TDPBF16PS: destination += first * second.
struct Instruction {
  Op op = Op::release;
  int length = 0;       ///< in bytes
  int destination = 0;  ///< the tile that is written or, by `store`, read
  int first = 0, second = 0;
  MemoryOperand memory;
};

/// The instruction at `code`; nothing where it is none of these.
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapters 2.3 and 3 to 5.
std::optional<Instruction> decode(const uint8_t* code);

}  // namespace stator::tests::amx
