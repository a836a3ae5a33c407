// Parts of a program's first function as functions of their own, with those slots and inputs alone that they need.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/interface/graph.h"

namespace stator::eager {

/// Copies nodes into a new function of `into`. Operands are copied before what reads them. With a `count`, tensors are
/// pieces of as many elements, and slots have names of their own.
class GraphCopy {
 public:
  using Count = std::optional<int64_t>;

  GraphCopy(const ProgramGraph& from, ProgramGraph& into, Count count = {})
      : from_(from), graph_(from.functions.front().graph), into_(into), count_(count), copy_of_(graph_.nodes.size()) {}

  void add(int id);
  /// In a piece, `id` is the slot or input `tensor` itself.
  void add_tensor(int tensor, int id);
  /// In a piece, `id` is an input of one element in as many places; the input stands for `scalar`.
  void add_repeated(int scalar, int id);
  /// In a piece, what the reduction `id` makes of its operand is joined with a scalar slot of its own by op `join`.
  void add_reduced(int id, std::string_view join);
  /// Outside of pieces, `id` is an input of its own type.
  void add_input(int id) { copy_of_[static_cast<size_t>(id)] = input(id, graph_.nodes[static_cast<size_t>(id)].spec); }
  void result(int id) { function_.graph.results.push_back(copy_of(id)); }
  void update(const Update& update);
  /// The function is part of the program from now on; one that is not of pieces has the arguments of where it is from.
  void finish(std::string_view name);

  /// Slots of `from`, and its nodes that inputs stand for, in the new function's order.
  const std::vector<int>& slots() const { return slots_; }
  const std::vector<int>& inputs() const { return inputs_; }

 private:
  int copy_of(int id) const { return copy_of_[static_cast<size_t>(id)]; }
  TensorSpec sized(const TensorSpec& spec) const;
  int source(std::string_view op, int index, const TensorSpec& spec);
  int slot(int index);
  int input(int id, const TensorSpec& spec);

  const ProgramGraph& from_;
  const Graph& graph_;
  ProgramGraph& into_;
  const Count count_;
  const size_t first_slot_ = into_.slots.size();
  Function function_;
  std::vector<int> copy_of_;  // of each node that was added
  std::vector<int> slots_, inputs_;
};

}  // namespace stator::eager
