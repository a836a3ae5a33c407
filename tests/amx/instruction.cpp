// AMX instructions as processors read them.
#include "tests/amx/instruction.h"

#include <cstring>

namespace stator::tests::amx {
namespace {

/// Of the three bytes of a VEX prefix, the opcode and the ModRM byte.
struct Fields {
  int extend_index = 0, extend_base = 0;  ///< 8 where X or B extends a register's number
  int second = 0;                         ///< vvvv
  int prefix = 0;                         ///< pp: 0 none, 1 66, 2 F3, 3 F2
  int opcode = 0;
  int mod = 0, reg = 0, rm = 0;
};

constexpr int modrm_at = 4;

/// Nothing unless the instruction is of VEX.128.0F38.W0.
std::optional<Fields> fields_of(const uint8_t* code) {
  constexpr uint8_t three_byte_vex = 0xC4, map_0f38 = 2, inverted_r = 0x80, inverted_x = 0x40, inverted_b = 0x20;
  constexpr uint8_t wide = 0x80, length_256 = 0x04;
  if (code[0] != three_byte_vex || (code[1] & 0x1F) != map_0f38 || !(code[1] & inverted_r)) return {};
  if (code[2] & (wide | length_256)) return {};
  const uint8_t modrm = code[modrm_at];
  Fields fields;
  fields.extend_index = code[1] & inverted_x ? 0 : 8, fields.extend_base = code[1] & inverted_b ? 0 : 8;
  fields.second = ~(code[2] >> 3) & 0xF, fields.prefix = code[2] & 3, fields.opcode = code[3];
  fields.mod = modrm >> 6, fields.reg = modrm >> 3 & 7, fields.rm = modrm & 7;
  return fields;
}

std::optional<Op> op_of(const Fields& fields) {
  enum { plain, with_66, with_f3, with_f2 };
  const bool registers = fields.mod == 3;
  if (fields.opcode == 0x49 && registers) {
    if (fields.prefix == plain && fields.reg == 0 && fields.rm == 0) return Op::release;
    if (fields.prefix == with_f2 && fields.rm == 0) return Op::zero;
  } else if (fields.opcode == 0x49 && fields.reg == 0) {
    if (fields.prefix == plain) return Op::load_config;
    if (fields.prefix == with_66) return Op::store_config;
  } else if (fields.opcode == 0x4B && !registers && fields.rm == 4) {
    if (fields.prefix == with_f2 || fields.prefix == with_66) return Op::load;
    if (fields.prefix == with_f3) return Op::store;
  } else if (fields.opcode == 0x5C && registers && fields.prefix == with_f3) {
    return Op::multiply;
  }
  return {};
}

/// The operand, and the instruction's length, from what follows the ModRM byte.
MemoryOperand memory_of(const uint8_t* code, const Fields& fields, int& length) {
  constexpr int no_index = 4, no_base = 5;
  MemoryOperand memory;
  int low = fields.rm;
  length = modrm_at + 1;
  if (fields.rm == 4) {
    const uint8_t sib = code[length++];
    low = sib & 7, memory.scale = 1 << (sib >> 6);
    const int index = (sib >> 3 & 7) + fields.extend_index;
    if (index != no_index) memory.index = index;
  }
  memory.base = low + fields.extend_base;
  if (fields.mod == 0 && low == no_base)
    memory.base = fields.rm == 4 ? MemoryOperand::none : MemoryOperand::next_instruction;
  if (fields.mod == 1) {
    memory.displacement = static_cast<int8_t>(code[length++]);
  } else if (fields.mod == 2 || (fields.mod == 0 && low == no_base)) {
    std::memcpy(&memory.displacement, code + length, sizeof memory.displacement);
    length += static_cast<int>(sizeof memory.displacement);
  }
  return memory;
}

}  // namespace

std::optional<Instruction> decode(const uint8_t* code) {
  const auto fields = fields_of(code);
  if (!fields) return {};
  const auto op = op_of(*fields);
  if (!op) return {};
  Instruction instruction;
  instruction.op = *op, instruction.length = modrm_at + 1;
  instruction.destination = fields->reg, instruction.first = fields->rm, instruction.second = fields->second;
  if (fields->mod != 3) instruction.memory = memory_of(code, *fields, instruction.length);
  return instruction;
}

}  // namespace stator::tests::amx
