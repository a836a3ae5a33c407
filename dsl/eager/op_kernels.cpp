// Finding and compiling the kernels of ops; running flat ones piece by piece.
#include "dsl/eager/op_kernels.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <future>

#include "compiler/graph_file/graph_text.h"
#include "dsl/eager/family/family.h"
#include "dsl/eager/flat_program.h"
#include "runtime/error.h"
#include "runtime/state_layout.h"

namespace stator::eager {
namespace {

constexpr int64_t bulk = flat_pieces[0], least_piece = flat_pieces[std::size(flat_pieces) - 1];
constexpr int64_t pieces_at_once = 4;  // that a thread claims
constexpr size_t most_flat_tensors = 16;

bool views_alike(const View* a, const View* b) {
  const bool a_is_plain = !a || a->is_plain(), b_is_plain = !b || b->is_plain();
  return a_is_plain || b_is_plain ? a_is_plain && b_is_plain : *a == *b;
}

/// Whether elements of an operand and of the result of an elementwise op lie at the same places.
bool lies_as_result(const OpFacts& facts, const OperandFacts& operand) {
  return is_elementwise(facts.op) && operand.base == facts.result_base && views_alike(operand.view, facts.result_view);
}

}  // namespace

OpCode::OpCode(std::vector<Kernel> pieces, const std::vector<DType>& slots) : kernels_(std::move(pieces)) {
  for (const TensorFacts& input : kernels_.front().facts().inputs)
    input_bytes_.push_back(input.extents.empty() ? 0 : stator::size_bytes(input.dtype));
  for (const TensorFacts& result : kernels_.front().facts().results)
    result_bytes_.push_back(stator::size_bytes(result.dtype));
  for (DType slot : slots) slot_bytes_.push_back(stator::size_bytes(slot));
  if (input_bytes_.size() + result_bytes_.size() + slot_bytes_.size() > most_flat_tensors)
    throw InternalError("eager: '" + kernels_.front().facts().name + "' takes too many tensors");
}

void OpCode::run(const KernelCall& call, int64_t count, Workspace& workspace) const {
  if (tiled_) return tiled_->run(call, workspace);
  if (!is_flat()) return kernels_.front().run(call, workspace);
  struct Shared {
    const OpCode& code;
    const KernelCall& call;
  } shared{*this, call};
  ++workspace.launches;
  for (int64_t bytes : input_bytes_) workspace.moved_bytes += count * bytes;
  for (int64_t bytes : result_bytes_) workspace.moved_bytes += count * bytes;
  for (int64_t bytes : slot_bytes_) workspace.moved_bytes += 2 * count * bytes;
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
  std::byte* own[most_flat_tensors];
  const auto at = static_cast<size_t>(first), rest = static_cast<size_t>(count - first);
  size_t used = 0;
  auto lend = [&](std::byte* from, int64_t bytes, bool is_read) {
    own[used] = bytes ? memory[used] : from;
    if (bytes && is_read) {
      std::memset(memory[used], 0, sizeof memory[used]);
      std::memcpy(memory[used], from + at * static_cast<size_t>(bytes), rest * static_cast<size_t>(bytes));
    }
    ++used;
  };
  for (size_t i = 0; i < input_bytes_.size(); ++i)
    lend(call.inputs[i], input_bytes_[i], reads_input(static_cast<int>(i)));
  for (size_t i = 0; i < result_bytes_.size(); ++i) lend(call.results[i], result_bytes_[i], false);
  for (size_t i = 0; i < slot_bytes_.size(); ++i) lend(call.slots[i], slot_bytes_[i], true);
  kernels_.back().run_alone(own);
  std::byte *const *results = own + input_bytes_.size(), *const *slots = results + result_bytes_.size();
  auto give_back = [&](std::byte* to, const std::byte* from, int64_t bytes) {
    std::memcpy(to + at * static_cast<size_t>(bytes), from, rest * static_cast<size_t>(bytes));
  };
  for (size_t i = 0; i < result_bytes_.size(); ++i) give_back(call.results[i], results[i], result_bytes_[i]);
  for (size_t i = 0; i < slot_bytes_.size(); ++i) give_back(call.slots[i], slots[i], slot_bytes_[i]);
}

void OpCode::run_piece(const KernelCall& call, size_t piece, int64_t first) const {
  std::byte *tensors[most_flat_tensors], **next = tensors;
  for (size_t i = 0; i < input_bytes_.size(); ++i) *next++ = call.inputs[i] + first * input_bytes_[i];
  for (size_t i = 0; i < result_bytes_.size(); ++i) *next++ = call.results[i] + first * result_bytes_[i];
  for (size_t i = 0; i < slot_bytes_.size(); ++i) *next++ = call.slots[i] + first * slot_bytes_[i];
  kernels_[piece].run_alone(tensors);
}

void FlatSumCode::run(std::span<std::byte* const> inputs, int64_t count, std::byte* sum, Workspace& workspace) const {
  std::vector<std::byte*> at(inputs.begin(), inputs.end());
  at.push_back(sum);
  const std::vector<TensorFacts>& facts = kernels_.front().facts().inputs;
  ++workspace.launches;
  for (const TensorFacts& input : facts) workspace.moved_bytes += count * stator::size_bytes(input.dtype);
  for (size_t piece = 0; piece < kernels_.size(); ++piece)
    for (; count >= sum_pieces[piece]; count -= sum_pieces[piece]) {
      kernels_[piece].run_alone(at.data());
      for (size_t i = 0; i < inputs.size(); ++i) at[i] += sum_pieces[piece] * stator::size_bytes(facts[i].dtype);
    }
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

KernelStore::Compiled KernelStore::compiled(const ProgramGraph& program, const CompileOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  std::shared_ptr<const Executable> executable = stator::compile(program, {}, options);
  return {std::move(executable),
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count()};
}

std::vector<Kernel> KernelStore::compile(const ProgramGraph& program) { return compile(program, 0); }

std::vector<Kernel> KernelStore::compile(const ProgramGraph& program, size_t slots_of_each) {
  return kernels_of(compiled(program, options_), program, slots_of_each);
}

std::vector<Kernel> KernelStore::kernels_of(const Compiled& compiled, const ProgramGraph& program,
                                            size_t slots_of_each) {
  const auto& [executable, milliseconds] = compiled;
  ++(executable->from_cache ? figures_.from_cache : figures_.compiled);
  figures_.milliseconds += milliseconds;
  figures_.slowest_ms = std::max(figures_.slowest_ms, milliseconds);
  const std::vector<int64_t> offsets = layout_of(program.slots).offset_bytes;
  std::vector<Kernel> kernels;
  for (size_t i = 0; i < executable->functions.size(); ++i) {
    const auto first = offsets.begin() + static_cast<long>(i * slots_of_each);
    const auto last = slots_of_each ? first + static_cast<long>(slots_of_each) : offsets.end();
    kernels.emplace_back(executable, static_cast<int>(i), std::vector<int64_t>(first, last));
  }
  return kernels;
}

template <class Make> std::vector<Kernel> KernelStore::linked_or(std::span<const int64_t> key, Make&& program) {
  std::vector<Kernel> kernels = from_family(key);
  return kernels.empty() ? compile(program()) : kernels;
}

std::vector<Kernel> KernelStore::flat_kernels(const OpFacts& facts, uint64_t wanted) {
  return linked_or(flat_key(facts, wanted), [&] { return flat_program(facts, wanted); });
}

OpKernels& KernelStore::find(const OpFacts& facts, bool flat, uint64_t wanted) {
  key_.clear();
  append_key(key_, facts, flat);
  const auto known = kernels_.find(std::span<const int64_t>(key_));
  const bool is_new = known == kernels_.end();
  OpKernels& kernels = is_new ? kernels_.emplace(key_, OpKernels()).first->second : known->second;
  if (kernels.by_tiles_ && ++kernels.calls_ == calls_by_tiles) retire_tiles(kernels);
  if (kernels.forward_) return kernels;
  if (flat) kernels.forward_ = std::make_unique<OpCode>(flat_kernels(facts, 0));
  else if (std::optional<TiledCode> by_tiles = is_new ? tiled(facts) : std::nullopt)
    kernels.by_tiles_ = true, kernels.forward_ = std::make_unique<OpCode>(std::move(*by_tiles));
  else if (is_new && wanted) compile_both(kernels, facts, wanted);
  else kernels.forward_ = std::make_unique<OpCode>(std::move(compile(forward_program(facts)).front()));
  return kernels;
}

void KernelStore::retire_tiles(OpKernels& kernels) {
  kernels.by_tiles_ = false;
  auto retire = [&](std::unique_ptr<OpCode>& code) {
    const bool may = code->may_retire();
    if (may) kernels.retired_.push_back(std::move(code));
    return may;
  };
  retire(kernels.forward_);
  std::erase_if(kernels.backward_, [&](OpKernels::Backward& backward) { return retire(backward.code); });
}

/// Compiles an op and its derivative at the same time.
void KernelStore::compile_both(OpKernels& kernels, const OpFacts& facts, uint64_t wanted) {
  const ProgramGraph forward = forward_program(facts), backward = backward_program(facts, wanted);
  std::future<Compiled> derivative = std::async(std::launch::async, [&] { return compiled(backward, options_); });
  kernels.forward_ = std::make_unique<OpCode>(std::move(compile(forward).front()));
  add_backward(kernels, facts, wanted, kernels_of(derivative.get(), backward, 0));
}

const OpCode& KernelStore::backward(OpKernels& kernels, const OpFacts& facts, bool flat, uint64_t wanted) {
  for (const OpKernels::Backward& known : kernels.backward_)
    if (known.wanted == wanted) return *known.code;
  if (!flat)
    if (std::optional<TiledCode> by_tiles = tiled_backward(facts, wanted);
        by_tiles && (kernels.by_tiles_ || by_tiles->adds_up())) {
      kernels.backward_.push_back({wanted, std::make_unique<OpCode>(std::move(*by_tiles))});
      return *kernels.backward_.back().code;
    }
  return add_backward(kernels, facts, wanted,
                      flat ? flat_kernels(facts, wanted) : compile(backward_program(facts, wanted)));
}

const OpCode& KernelStore::add_backward(OpKernels& kernels, const OpFacts& facts, uint64_t wanted,
                                        std::vector<Kernel> code) {
  std::vector<char> in_order;
  for (size_t i = 0; i < facts.operands.size(); ++i)
    if (wanted >> i & 1) in_order.push_back(lies_as_result(facts, facts.operands[i]));
  for (Kernel& kernel : code) kernel.leave_out_copies(in_order);
  const bool flat = code.size() > 1;
  auto made = flat ? std::make_unique<OpCode>(std::move(code)) : std::make_unique<OpCode>(std::move(code.front()));
  kernels.backward_.push_back({wanted, std::move(made)});
  return *kernels.backward_.back().code;
}

const OpCode& KernelStore::accumulate(Reduction reduction, DType dtype) {
  std::unique_ptr<OpCode>& code = accumulate_[{reduction, dtype}];
  if (code) return *code;
  std::vector<Kernel> pieces;
  for (int64_t count : flat_pieces) {
    const Words key = accumulate_key(reduction, dtype, count);
    pieces.push_back(std::move(linked_or(key, [&] { return accumulate_program(reduction, dtype, count); }).front()));
  }
  code = std::make_unique<OpCode>(std::move(pieces), std::vector<DType>{dtype});
  return *code;
}

const Kernel& KernelStore::rows(Reduction reduction, DType dtype, int64_t length) {
  std::optional<Kernel>& code = rows_[{reduction, dtype, length}];
  const auto program = [&] { return rows_program(reduction, dtype, length); };
  if (!code) code = std::move(linked_or(rows_key(reduction, dtype, length), program).front());
  return *code;
}

const Kernel& KernelStore::columns(Reduction reduction, DType dtype, int64_t width) {
  std::optional<Kernel>& code = columns_[{reduction, dtype, width}];
  const auto program = [&] { return columns_program(reduction, dtype, width); };
  if (!code) code = std::move(linked_or(columns_key(reduction, dtype, width), program).front());
  return *code;
}

const Kernel* KernelStore::spread(int64_t element_bytes, int64_t length) {
  const auto [place, is_new] = spread_.try_emplace({element_bytes, length});
  const bool may_be = element_bytes == size_bytes(DType::f32) || element_bytes == size_bytes(DType::f64);
  if (is_new && may_be) {
    const DType dtype = element_bytes == size_bytes(DType::f32) ? DType::f32 : DType::f64;
    std::vector<Kernel> kernels = from_family(spread_key(dtype, length));
    if (!kernels.empty()) place->second = std::move(kernels.front());
  }
  return place->second ? &*place->second : nullptr;
}

const OpCode& KernelStore::flat_update(const ProgramGraph& program) {
  std::unique_ptr<OpCode>& code = flat_updates_[graph_text(program)];
  if (code) return *code;
  const size_t slots = program.slots.size() / std::size(flat_pieces);
  std::vector<DType> dtypes;
  for (size_t i = 0; i < slots; ++i) dtypes.push_back(program.slots[i].spec.dtype);
  code = std::make_unique<OpCode>(compile(program, slots), dtypes);
  return *code;
}

const FlatSumCode& KernelStore::flat_sum(const ProgramGraph& program) {
  std::unique_ptr<FlatSumCode>& code = flat_sums_[graph_text(program)];
  if (!code) code = std::make_unique<FlatSumCode>(compile(program, 1));
  return *code;
}

}  // namespace stator::eager
