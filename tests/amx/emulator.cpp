// AMX for processors without it: a handler of SIGILL that runs the instructions.
#include "tests/amx/emulator.h"

#include <ucontext.h>

#include <atomic>

#include "compiler/cpu/bfloat16_products.h"
#include "tests/amx/instruction.h"
#include "tests/amx/tiles.h"

namespace stator::tests::amx {
namespace {

constinit thread_local TileRegisters tiles;
constinit std::atomic<int64_t> count = 0;
struct sigaction next_handler;

uint64_t register_value(const ucontext_t& context, int number) {
  static constexpr int places[]{REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return static_cast<uint64_t>(context.uc_mcontext.gregs[places[number]]);
}

/// The operand's address; for tiles, of the first row.
uint8_t* address_of(const ucontext_t& context, const Instruction& instruction) {
  const MemoryOperand& memory = instruction.memory;
  uint64_t address = static_cast<uint64_t>(static_cast<int64_t>(memory.displacement));
  if (memory.base == MemoryOperand::next_instruction)
    address += static_cast<uint64_t>(context.uc_mcontext.gregs[REG_RIP] + instruction.length);
  else if (memory.base != MemoryOperand::none) address += register_value(context, memory.base);
  return reinterpret_cast<uint8_t*>(address);
}

int64_t stride_of(const ucontext_t& context, const MemoryOperand& memory) {
  if (memory.index == MemoryOperand::none) return 0;
  return static_cast<int64_t>(register_value(context, memory.index)) * memory.scale;
}

/// An operand of LDTILECFG or STTILECFG, whose index is part of the address.
uint8_t* config_address(const ucontext_t& context, const Instruction& instruction) {
  return address_of(context, instruction) + stride_of(context, instruction.memory);
}

bool run(const ucontext_t& context, const Instruction& instruction) {
  switch (instruction.op) {
    case Op::load_config:
      return tiles.configure(config_address(context, instruction));
    case Op::store_config:
      return tiles.store_config(config_address(context, instruction)), true;
    case Op::release:
      return tiles.release(), true;
    case Op::zero:
      return tiles.zero(instruction.destination);
    case Op::load:
      return tiles.load(instruction.destination, address_of(context, instruction),
                        stride_of(context, instruction.memory));
    case Op::store:
      return tiles.store(instruction.destination, address_of(context, instruction),
                         stride_of(context, instruction.memory));
    case Op::multiply:
      return tiles.multiply(instruction.destination, instruction.first, instruction.second);
  }
  return false;
}

/// Runs the instruction that was refused and those of AMX right behind it; any other goes to the handler before.
void handle(int signal, siginfo_t* information, void* opaque) {
  auto& context = *static_cast<ucontext_t*>(opaque);
  int done = 0;
  for (;; ++done) {
    auto& place = context.uc_mcontext.gregs[REG_RIP];
    const auto instruction = decode(reinterpret_cast<const uint8_t*>(place));
    if (!instruction || !run(context, *instruction)) break;
    place += instruction->length;
  }
  count.fetch_add(done, std::memory_order_relaxed);
  if (done > 0) return;
  if (next_handler.sa_flags & SA_SIGINFO) return next_handler.sa_sigaction(signal, information, opaque);
  sigaction(signal, &next_handler, nullptr);  // the instruction is run again, and refused for good
}

}  // namespace

bool native() { return cpu::hostHasTiles(); }

std::string why_not() {
  if (native() || cpu::hostSupports("x86-64-v4")) return {};
  return "this host has neither AMX nor AVX-512, on which AMX is emulated";
}

Emulator::Emulator() {
  if (native()) return;
  struct sigaction action = {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGILL, &action, &before_);
  next_handler = before_;
  cpu::emulateTiles(true);
}

Emulator::~Emulator() {
  if (native()) return;
  cpu::emulateTiles(false);
  sigaction(SIGILL, &before_, nullptr);
}

int64_t emulated() { return count.load(); }

}  // namespace stator::tests::amx
