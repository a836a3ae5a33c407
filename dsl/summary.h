// What a program consists of, layer by layer: as constants, and through `to_text` as a table.
//
// A trace does not record which layer asked for an operation, and needs not: a layer is known by its parameters and
// buffers. An operation that brings data together with what is computed from a layer's state alone belongs to that
// layer; one without state, such as the product of queries and keys, to the innermost layer around its neighbours in
// the trace.
#pragma once

#include <span>

#include "dsl/flops.h"
#include "dsl/program.h"
#include "runtime/summary.h"

namespace stator {

namespace detail {

/// The name of class `T` without namespaces and arguments, or the one that it gives itself: `layer_name`, where users
/// know it by an alias.
template <class T> constexpr Name type_name() {
  if constexpr (requires { T::layer_name; }) return Name(T::layer_name);
  std::string_view pretty = __PRETTY_FUNCTION__;  // "... [with T = ns::Conv2d<1, 2>]" (g++), "... [T = ...]" (clang)
  pretty.remove_prefix(pretty.rfind("T = ") == std::string_view::npos ? 0 : pretty.find("T = ") + 4);
  std::size_t end = 0, begin = 0;
  while (in_identifier(pretty[end]) || pretty[end] == ':' || pretty[end] == '{' || pretty[end] == '}') ++end;
  for (std::size_t i = 0; i < end; ++i)
    if (!in_identifier(pretty[i])) begin = i + 1;
  return pretty.substr(begin, end - begin);
}

/// Calls `f(node, path)` for each layer at or below `node`, a layer before those in it.
template <class T> constexpr void for_each_layer(const T& node, Path& path, auto&& f) {
  auto step_into = [&](const auto& layer, auto name) { within(path, name, [&] { for_each_layer(layer, path, f); }); };
  if constexpr (is_stored<T> || std::is_same_v<T, RandomSite>) {
    return;
  } else if constexpr (NumberedLayers<const T>) {
    f(node, Name(view(path)));
    T::for_each_layer(node, step_into);
  } else if constexpr (ArrayOfLayers<T>) {
    f(node, Name(view(path)));
    for (std::size_t i = 0; i < node.size(); ++i) step_into(node[i], i);
  } else if constexpr (Record<T>) {
    f(node, Name(view(path)));
    for_each_member(node, [&](const auto& member, int i) { step_into(member, member_names<T>[i].name); });
  }
}

/// The layers of a model with what they have learned; empty those that hold no state.
template <class M> constexpr std::vector<LayerSummary> layers_of(const M& model) {
  std::vector<LayerSummary> layers;
  Path start;
  for_each_layer(model, start, [&]<class T>(const T& layer, const Name& path) {
    long parameters = 0;
    bool stores = path.empty();
    for_each_leaf(layer, path, [&](const auto& leaf, std::string_view) {
      using Leaf = std::remove_cvref_t<decltype(leaf)>;
      stores = stores || is_stored<Leaf>;
      if constexpr (is_parameter<Leaf>) parameters += element_count(Leaf::tensor::spec.extents).number;
    });
    if (stores) layers.push_back({path, type_name<T>(), -1, false, {}, parameters, 0});
  });
  return layers;
}

/// How many parameters and buffers a model has: they are a program's first slots.
template <class M> constexpr std::size_t count_stored(const M& model) {
  std::size_t count = 0;
  for_each_leaf(model, Name(),
                [&](const auto& leaf, std::string_view) { count += is_stored<std::remove_cvref_t<decltype(leaf)>>; });
  return count;
}

/// The number of characters of `path` before its last point; 0 where there is none.
constexpr std::size_t length_of_parent(std::string_view path) {
  std::size_t point = path.rfind('.');
  return point == std::string_view::npos ? 0 : point;
}

/// Tells which layer each node of a function's graph belongs to.
class Attribution {
 public:
  /// `slots`: those of the model's own parameters and buffers.
  constexpr Attribution(const Graph& graph, std::span<const Slot> slots, std::vector<LayerSummary>& layers)
      : graph_(graph), layers_(layers) {
    find_parents();
    find_owners(slots);
    find_forward();
  }

  /// Adds each operation of the forward pass to its layer and those around it.
  constexpr void run() {
    int last = 0;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!forward_[i] || !from_data_[i]) continue;
      if (owner_[i] >= 0) last = owner_[i];
      const int layer = owner_[i] >= 0 ? owner_[i] : around(last, next_owner(i));
      add(layer, graph_.nodes[i]);
    }
  }

 private:
  constexpr void find_parents() {
    for (std::size_t i = 1; i < layers_.size(); ++i) {
      std::string_view path = layers_[i].path;
      do path = path.substr(0, length_of_parent(path));
      while (index_of(path) < 0);
      layers_[i].parent = index_of(path);
    }
  }
  constexpr int index_of(std::string_view path) const {
    for (std::size_t i = 0; i < layers_.size(); ++i)
      if (layers_[i].path == path) return static_cast<int>(i);
    return -1;
  }

  /// A slot is its layer's; a node is that of the state which it was computed from.
  constexpr void find_owners(std::span<const Slot> slots) {
    std::vector<int> layer_of;
    for (const Slot& slot : slots)
      layer_of.push_back(index_of(slot.name.view().substr(0, length_of_parent(slot.name))));
    for (const Node& node : graph_.nodes) {
      int owner = -1;
      bool from_data = node.op == "input";
      if (node.op == "slot") {
        const auto slot = static_cast<std::size_t>(graph_.attributes[node.first_attribute].integers[0]);
        if (slot < layer_of.size()) owner = layer_of[slot];
      }
      for (int k = 0; k < node.operand_count; ++k) {
        const int operand = graph_.operand(node, k);
        if (!from_data_[operand] && owner_[operand] >= 0) owner = owner_[operand];
        from_data = from_data || from_data_[operand];
      }
      owner_.push_back(owner);
      from_data_.push_back(from_data);
    }
  }

  /// What enters a result or a loss, but no gradient.
  constexpr void find_forward() {
    const int count = static_cast<int>(graph_.nodes.size());
    std::vector<char> backward;
    for (const Node& node : graph_.nodes) {
      bool is_backward = node.op == "gradient";
      for (int k = 0; k < node.operand_count; ++k) is_backward = is_backward || backward[graph_.operand(node, k)];
      backward.push_back(is_backward);
      forward_.push_back(false);
    }
    for (int result : graph_.results) forward_[result] = true;
    for (int i = count - 1; i >= 0; --i) {
      const Node& node = graph_.nodes[i];
      if (node.op == "gradient") forward_[graph_.operand(node, 0)] = true;
      if (backward[i]) forward_[i] = false;
      for (int k = 0; forward_[i] && k < node.operand_count; ++k) forward_[graph_.operand(node, k)] = true;
    }
  }

  /// The layer of the first node behind `i` that has one; the model where there is none.
  constexpr int next_owner(std::size_t i) const {
    for (++i; i < graph_.nodes.size(); ++i)
      if (forward_[i] && from_data_[i] && owner_[i] >= 0) return owner_[i];
    return 0;
  }
  /// The innermost layer that holds both.
  constexpr int around(int a, int b) const {
    while (a != b) (a > b ? a : b) = layers_[a > b ? a : b].parent;
    return a;
  }
  constexpr void add(int layer, const Node& node) {
    const long flops = flops_of(graph_, node);
    for (; layer >= 0; layer = layers_[layer].parent) {
      layers_[layer].used = true;
      layers_[layer].output = node.spec;
      layers_[layer].flops += flops;
    }
  }

  const Graph& graph_;
  std::vector<LayerSummary>& layers_;
  std::vector<int> owner_;       // of each node: a layer, or -1
  std::vector<char> from_data_;  // whether an input enters it
  std::vector<char> forward_;
};
}  // namespace detail

/// The layers of each function of a program, with output shapes, parameters and FLOPs. Layers that hold no parameter or
/// buffer have no line: what they do counts for the layer around them. Source: torchinfo.summary.
///
///     static_assert(st::summary(digits)["predict"]["conv1"].flops == 194'688);
///     std::cout << to_text(st::summary(digits));
template <class M, class... F> constexpr Summary summary(const Program<M, F...>& program) {
  const ProgramGraph graph = program.graph();
  Summary made;
  for (const Function& function : graph.functions) {
    const M model{};
    std::vector<LayerSummary> layers = detail::layers_of(model);
    detail::Attribution(function.graph, {graph.slots.data(), detail::count_stored(model)}, layers).run();
    made.functions.push_back({function.name, std::move(layers)});
  }
  return made;
}

}  // namespace stator
