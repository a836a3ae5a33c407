// Graphs made at random: their inputs, and which op comes next.
#include "tests/properties/random_graph.h"

#include "compiler/interface/ops/source.h"

namespace stator::tests {

namespace {

const std::vector<long> extents{1, 2, 3, 4, 5, 7, 8, 16, 17, 33};
constexpr long most_elements = 2000, rows_assumed = 8;

long size_of(const TensorSpec& spec) {
  const Extent count = element_count(spec.extents);
  return count.number * (count.is_number() ? 1 : rows_assumed);
}

}  // namespace

Value RandomGraph::add_input(const TensorSpec& spec) { return {{&trace_, trace_.input(spec)}, spec}; }

TensorSpec RandomGraph::random_spec() {
  TensorSpec spec{DType::f32, {}};
  const int rank = static_cast<int>(choice_.of<long>({0, 1, 2, 2, 3, 4, 4, 4}));
  for (int i = 0; i < rank; ++i) {
    if (symbolic_ && i == 0) spec.extents.push(Extent(symbol::batch));
    else spec.extents.push(Extent(choice_.of(extents)));
  }
  for (int i = rank - 1; size_of(spec) > most_elements; --i)
    if (spec.extents[i].is_number()) spec.extents[i] = Extent(choice_.between(1, 3));
  return spec;
}

Value RandomGraph::any() { return values_[choice_.below(static_cast<long>(values_.size()))]; }

Value RandomGraph::any_of_rank(int rank) {
  for (int tries = 0; tries < 20; ++tries)
    if (Value x = any(); x.spec.rank() == rank) return x;
  return any();
}

Value RandomGraph::number(double value) { return source(&trace_, rule::Constant{value}, {DType::f32, {}}); }

Integers RandomGraph::some_axes(const TensorSpec& spec, bool numbers_only) {
  Integers axes;
  for (int i = 0; i < spec.rank(); ++i)
    if (choice_.one_in(2) && (!numbers_only || spec.extents[i].is_number())) axes.push(i);
  return axes;
}

void RandomGraph::grow_once() {
  using Maker = Made (RandomGraph::*)(const Value&);
  static constexpr Maker makers[]{&RandomGraph::combine,   &RandomGraph::combine,     &RandomGraph::select,
                                  &RandomGraph::permute,   &RandomGraph::reshape,     &RandomGraph::slice,
                                  &RandomGraph::pad,       &RandomGraph::flip,        &RandomGraph::stretch,
                                  &RandomGraph::reduce,    &RandomGraph::reduce,      &RandomGraph::index_of_greatest,
                                  &RandomGraph::normalise, &RandomGraph::multiply,    &RandomGraph::multiply_over_rows,
                                  &RandomGraph::convolve,  &RandomGraph::convolve,    &RandomGraph::pool,
                                  &RandomGraph::drop,      &RandomGraph::row_of_one,  &RandomGraph::row_of_two,
                                  &RandomGraph::compare,   &RandomGraph::join,        &RandomGraph::look_up,
                                  &RandomGraph::attend,    &RandomGraph::standardise, &RandomGraph::loop};
  const Maker maker = makers[choice_.below(std::size(makers))];
  const bool windows = maker == &RandomGraph::convolve || maker == &RandomGraph::pool;
  const Value x = windows ? any_of_rank(4) : any();
  Made made = choice_.one_in(3) ? Made(unary(x)) : (this->*maker)(x);
  if (made && size_of(made->spec) <= 2 * most_elements) values_.push_back(*made);
}

void RandomGraph::grow() {
  symbolic_ = choice_.one_in(3);
  for (long inputs = choice_.between(1, 3); inputs > 0; --inputs) values_.push_back(add_input(random_spec()));
  for (long ops = choice_.between(3, 14); ops > 0; --ops) grow_once();
  while (!may_cross(values_.back().spec)) values_.pop_back();
  trace_.result(values_.back().id);
  for (long more = choice_.below(3); more > 0; --more)
    if (const Value x = any(); may_cross(x.spec)) trace_.result(x.id);
}

ProgramGraph random_program(uint64_t seed) {
  ProgramGraph program;
  Function function;
  function.name = Name("graph" + std::to_string(seed));
  {
    Trace trace(program, function, true);
    RandomGraph(trace, seed).grow();
  }
  program.functions.push_back(std::move(function));
  return program;
}

}  // namespace stator::tests
