// Finding and compiling the kernels of ops; running flat ones piece by piece.
#include "dsl/eager/op_kernels.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "dsl/eager/family/family.h"
#include "dsl/eager/flat_program.h"
#include "runtime/state_layout.h"

namespace stator::eager {
namespace {

constexpr int64_t bulk = flat_pieces[0], least_piece = flat_pieces[std::size(flat_pieces) - 1];
constexpr int64_t pieces_at_once = 4;  // that a thread claims
constexpr int most_flat_tensors = 8;

bool views_alike(const View* a, const View* b) {
  const bool a_is_plain = !a || a->is_plain(), b_is_plain = !b || b->is_plain();
  return a_is_plain || b_is_plain ? a_is_plain && b_is_plain : *a == *b;
}

/// Whether elements of an operand and of the result of an elementwise op lie at the same places.
bool lies_as_result(const OpFacts& facts, const OperandFacts& operand) {
  return is_elementwise(facts.op) && operand.base == facts.result_base && views_alike(operand.view, facts.result_view);
}

}  // namespace

OpCode::OpCode(std::vector<Kernel> pieces) : kernels_(std::move(pieces)) {
  for (const TensorFacts& input : kernels_.front().facts().inputs)
    input_bytes_.push_back(input.extents.empty() ? 0 : stator::size_bytes(input.dtype));
  for (const TensorFacts& result : kernels_.front().facts().results)
    result_bytes_.push_back(stator::size_bytes(result.dtype));
  works_in_place_ = result_bytes_.empty();
  if (works_in_place_) result_bytes_ = input_bytes_;
}

void OpCode::run(const KernelCall& call, int64_t count, Workspace& workspace) const {
  if (!is_flat()) return kernels_.front().run(call, workspace);
  struct Shared {
    const OpCode& code;
    const KernelCall& call;
  } shared{*this, call};
  ++workspace.launches;
  for (int64_t bytes : input_bytes_) workspace.moved_bytes += count * bytes;
  for (int64_t bytes : result_bytes_) workspace.moved_bytes += count * bytes;
  const int64_t chunks = workspace.pool.threads() > 1 ? count / (bulk * pieces_at_once) : 0;
  if (chunks < 2) return run_rest(call, 0, count);
  auto work = [](const StatorCall* context, int64_t chunk) {
    const auto& all = *reinterpret_cast<const Shared*>(context);
    for (int64_t piece = 0; piece < pieces_at_once; ++piece)
      all.code.run_piece(all.call, 0, (pieces_at_once * chunk + piece) * bulk);
  };
  workspace.pool.run(work, reinterpret_cast<const StatorCall*>(&shared), chunks);
  run_rest(call, chunks * pieces_at_once * bulk, count);
}

void OpCode::run_rest(const KernelCall& call, int64_t first, int64_t count) const {
  for (size_t piece = 0; piece < std::size(flat_pieces); ++piece)
    for (; count - first >= flat_pieces[piece]; first += flat_pieces[piece]) run_piece(call, piece, first);
  if (first == count) return;
  // The last few elements are computed in memory of the full piece's size.
  alignas(64) std::byte memory[most_flat_tensors][least_piece * 8];
  std::byte *inputs[most_flat_tensors], *results[most_flat_tensors];
  const auto rest = static_cast<size_t>(count - first);
  for (size_t i = 0; i < input_bytes_.size(); ++i) {
    const auto bytes = static_cast<size_t>(input_bytes_[i]);
    inputs[i] = bytes && reads_input(static_cast<int>(i)) ? memory[i] : call.inputs[i];
    if (inputs[i] != memory[i]) continue;
    std::memset(memory[i], 0, sizeof memory[i]);
    std::memcpy(memory[i], call.inputs[i] + static_cast<size_t>(first) * bytes, rest * bytes);
  }
  const size_t operands = input_bytes_.size();
  for (size_t i = 0; i < result_bytes_.size(); ++i) {
    results[i] = memory[operands + i];
    const auto bytes = static_cast<size_t>(result_bytes_[i]);
    if (works_in_place_) std::memcpy(results[i], call.results[i] + static_cast<size_t>(first) * bytes, rest * bytes);
  }
  const std::span<std::byte* const> outputs(results, result_bytes_.size());
  kernels_.back().run_alone({{inputs, operands}, outputs, outputs});
  for (size_t i = 0; i < result_bytes_.size(); ++i) {
    const auto bytes = static_cast<size_t>(result_bytes_[i]);
    std::memcpy(call.results[i] + static_cast<size_t>(first) * bytes, results[i], rest * bytes);
  }
}

void OpCode::run_piece(const KernelCall& call, size_t piece, int64_t first) const {
  std::byte *inputs[most_flat_tensors], *results[most_flat_tensors];
  for (size_t i = 0; i < input_bytes_.size(); ++i) inputs[i] = call.inputs[i] + first * input_bytes_[i];
  for (size_t i = 0; i < result_bytes_.size(); ++i) results[i] = call.results[i] + first * result_bytes_[i];
  const std::span<std::byte* const> outputs(results, result_bytes_.size());
  kernels_[piece].run_alone({{inputs, input_bytes_.size()}, outputs, outputs});
}

size_t KernelStore::Hash::operator()(std::span<const int64_t> words) const {
  uint64_t hash = 0x9E3779B97F4A7C15u ^ words.size();
  for (int64_t word : words) {
    hash = (hash ^ static_cast<uint64_t>(word)) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  }
  return hash;
}

bool KernelStore::Equal::operator()(std::span<const int64_t> a, std::span<const int64_t> b) const {
  return std::ranges::equal(a, b);
}

KernelStore::KernelStore(CompileOptions options) : options_(std::move(options)) {
  options_.kernels_only = true;
  options_.target = name_of_target(options_.target);
}

std::vector<Kernel> KernelStore::from_family(std::span<const int64_t> key) {
  std::vector<Kernel> kernels;
  const std::shared_ptr<const Executable> executable = find_in_family(key, options_.target);
  if (!executable) return kernels;
  ++figures_.from_family;
  for (size_t i = 0; i < executable->functions.size(); ++i)
    kernels.emplace_back(executable, static_cast<int>(i), std::vector<int64_t>{0});
  return kernels;
}

std::vector<Kernel> KernelStore::compile(const ProgramGraph& program) {
  const auto start = std::chrono::steady_clock::now();
  std::shared_ptr<const Executable> executable = stator::compile(program, {}, options_);
  const double taken = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  ++(executable->from_cache ? figures_.from_cache : figures_.compiled);
  figures_.milliseconds += taken;
  figures_.slowest_ms = std::max(figures_.slowest_ms, taken);
  std::vector<Kernel> kernels;
  for (size_t i = 0; i < executable->functions.size(); ++i)
    kernels.emplace_back(executable, static_cast<int>(i), layout_of(program.slots).offset_bytes);
  return kernels;
}

std::vector<Kernel> KernelStore::flat_kernels(const OpFacts& facts, uint64_t wanted) {
  std::vector<Kernel> kernels = from_family(flat_key(facts, wanted));
  return kernels.empty() ? compile(flat_program(facts, wanted)) : kernels;
}

OpKernels& KernelStore::find(const OpFacts& facts, bool flat) {
  key_.clear();
  append_key(key_, facts, flat);
  const auto known = kernels_.find(std::span<const int64_t>(key_));
  if (known != kernels_.end()) return known->second;
  OpKernels made;
  if (flat) made.forward_ = std::make_unique<OpCode>(flat_kernels(facts, 0));
  else made.forward_ = std::make_unique<OpCode>(std::move(compile(forward_program(facts)).front()));
  return kernels_.emplace(key_, std::move(made)).first->second;
}

const OpCode& KernelStore::backward(OpKernels& kernels, const OpFacts& facts, bool flat, uint64_t wanted) {
  for (const OpKernels::Backward& known : kernels.backward_)
    if (known.wanted == wanted) return *known.code;
  std::vector<char> in_order;
  for (size_t i = 0; i < facts.operands.size(); ++i)
    if (wanted >> i & 1) in_order.push_back(lies_as_result(facts, facts.operands[i]));
  std::vector<Kernel> code = flat ? flat_kernels(facts, wanted) : compile(backward_program(facts, wanted));
  for (Kernel& kernel : code) kernel.leave_out_copies(in_order);
  auto made = flat ? std::make_unique<OpCode>(std::move(code)) : std::make_unique<OpCode>(std::move(code.front()));
  kernels.backward_.push_back({wanted, std::move(made)});
  return *kernels.backward_.back().code;
}

const OpCode& KernelStore::accumulate(DType dtype) {
  std::unique_ptr<OpCode>& code = accumulate_[static_cast<int>(dtype)];
  if (code) return *code;
  std::vector<Kernel> pieces;
  for (int64_t count : flat_pieces) {
    std::vector<Kernel> kernels = from_family(accumulate_key(dtype, count));
    if (kernels.empty()) kernels = compile(accumulate_program(dtype, count));
    pieces.push_back(std::move(kernels.front()));
  }
  code = std::make_unique<OpCode>(std::move(pieces));
  return *code;
}

}  // namespace stator::eager
