// The context as users and layers see it.
#include "dsl/eager/context.h"

#include <algorithm>
#include <cstring>

#include "dsl/eager/machine.h"
#include "runtime/executable.h"
#include "runtime/staging.h"

namespace stator {
namespace {

CompileOptions compile_options(const EagerOptions& options) {
  CompileOptions made;
  made.target = options.target;
  made.cache = options.cache;
  made.threads = options.threads;
  return made;
}

/// What `spec` asks of an array; symbols may have any number.
TensorFacts facts_of(const TensorSpec& spec, const NdArray& array) {
  TensorFacts facts{spec.dtype, {}, {}, spec.classes};
  for (int axis = 0; axis < spec.rank(); ++axis) {
    const Extent& extent = spec.extents[axis];
    const bool is_symbol = !extent.is_number() && extent.number == 1 && extent.symbols[1] == symbol::none;
    facts.symbols.push_back(is_symbol ? extent.symbols[0] : symbol::none);
    facts.extents.push_back(is_symbol && axis < array.rank() ? array.extent(axis) : extent.number);
  }
  return facts;
}

}  // namespace

Eager::Eager(const EagerOptions& options)
    : Context(true),
      machine_(std::make_unique<eager::Machine>(compile_options(options), options.threads)),
      seed_(options.seed) {
  seed_value_ = machine_->add_leaf(DType::i64, {}, {}, false);
  step_value_ = machine_->add_leaf(DType::i64, {}, {}, false);
  const auto number = static_cast<int64_t>(seed_);
  std::memcpy(machine_->data(seed_value_), &number, sizeof number);
  set_step(0);
}

Eager::~Eager() = default;

int Eager::add(const TensorSpec& spec, const NdArray& array, bool requires_grad) {
  static const std::string name = "tensor";
  std::vector<int64_t> valid(symbol::count);
  const TensorFacts facts = facts_of(spec, array);
  take_extents(facts, array, {name, 0}, valid);
  check_labels(facts, array, {name, 0});
  eager::SymbolNumbers numbers{};
  std::copy(valid.begin(), valid.end(), numbers.begin());
  return machine_->add_array(array, numbers, requires_grad);
}

Value Eager::value(const NdArray& array, bool requires_grad) {
  TensorSpec spec{array.dtype(), {}};
  for (int64_t extent : array.extents()) spec.extents.push(Extent(extent));
  return {{this, machine_->add_array(array, {}, requires_grad)}, spec};
}

NdArray Eager::array(const Handle& value) { return machine_->array(value.id); }
bool Eager::has_grad(const Handle& leaf) const { return machine_->has_grad(leaf.id); }
void Eager::clear_grad(const Handle& leaf) { machine_->clear_grad(leaf.id); }
void Eager::backward_keeping_tape(const Handle& loss) { machine_->backward(loss.id, true); }

Eager::NoGrad::NoGrad(Eager& context) : context_(context), before_(std::exchange(context.machine_->records, false)) {}
Eager::NoGrad::~NoGrad() { context_.machine_->records = before_; }

void Eager::set_step(int64_t count) {
  step_ = count;
  std::memcpy(machine_->data(step_value_), &count, sizeof count);
  draws_.clear();
}

EagerFigures Eager::figures() const {
  const eager::MemoryFigures& memory = machine_->pool.figures();
  const eager::CompileFigures& compiling = machine_->kernels.figures();
  return {memory.used_bytes,
          memory.peak_bytes,
          memory.reserved_bytes,
          machine_->workspace.launches,
          machine_->workspace.moved_bytes,
          compiling.compiled,
          compiling.from_cache,
          compiling.from_family,
          compiling.milliseconds,
          compiling.slowest_ms,
          machine_->table.count()};
}

void Eager::reset_peak() { machine_->pool.reset_peak(); }

int Eager::apply(const Operation& operation) { return machine_->apply(operation); }

Context::Draw Eager::draw(long site) {
  const long occurrence = std::count(draws_.begin(), draws_.end(), site);
  draws_.push_back(site);
  return {seed_value_, step_value_, occurrence};
}

void Eager::assign(int leaf, int value) { machine_->assign(leaf, value); }

void Eager::retain(int id) {
  if (id < eager::ScanRecording::results_id) machine_->table.retain(id);
}

void Eager::release(int id) {
  if (id < eager::ScanRecording::results_id) machine_->table.release(id);
}

void Eager::backward(int id) { machine_->backward(id, false); }
int Eager::grad(int id) { return machine_->grad(id); }

}  // namespace stator
