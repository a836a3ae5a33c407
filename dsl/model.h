// Walking a plain struct of layers: its leaves with their paths, how many parameters it has, and binding it to a trace.
#pragma once

#include "dsl/members.h"
#include "dsl/parameter.h"
#include "dsl/trace.h"

namespace stator {

namespace detail {

template <class T> concept ArrayOfLayers = requires(T& array) {
  typename T::value_type;
  std::tuple_size<T>::value;
  array[0];
};

/// Where a walk through a model stands: one path for all of it, since copies would cost most of a trace's steps.
using Path = std::vector<char>;
constexpr std::string_view view(const Path& path) { return {path.data(), path.size()}; }

// Out of line, as all that stands at every member of every layer: inlined, it would be most of what a model compiles
// to.
[[gnu::noinline]] constexpr void extend(Path& path, std::string_view name) {
  if (!path.empty()) path.push_back('.');
  path.insert(path.end(), name.begin(), name.end());
}
[[gnu::noinline]] constexpr void shorten(Path& path, std::size_t length) { path.resize(length); }

/// Calls `f` while `path` is `path.name`.
constexpr void within(Path& path, std::string_view name, auto&& f) {
  const std::size_t length = path.size();
  extend(path, name);
  f();
  shorten(path, length);
}
constexpr void within(Path& path, std::size_t number, auto&& f) {
  char digits[20]{};
  int first = 20;
  do digits[--first] = static_cast<char>('0' + number % 10);
  while (number /= 10);
  within(path, std::string_view(digits + first, 20 - first), f);
}

/// A struct whose members are named as if they were its parent's. Where it has a `suffix`, their names end in it.
template <class T> concept NamedInParent = requires { requires T::named_in_parent; };

/// Calls `f` while `path` is that of a member of `Parent`.
template <class Parent, class Member> constexpr void within_member(Path& path, std::string_view name, auto&& f) {
  if constexpr (NamedInParent<Member>) {
    f();
  } else if constexpr (requires { Parent::suffix(); }) {
    Name longer(name);
    longer += Parent::suffix();
    within(path, longer.view(), f);
  } else {
    within(path, name, f);
  }
}

template <class T> constexpr void walk_members(T& node, Path& path, auto&& f);

/// Whether layers are named by their numbers, as those of Sequential.
template <class T> concept NumberedLayers = requires(T& node) { T::for_each_layer(node, [](auto&, std::size_t) {}); };

template <class T> constexpr void walk(T& node, Path& path, auto&& f) {
  using Plain = std::remove_const_t<T>;
  auto step_into = [&](auto& layer, std::size_t i) { within(path, i, [&] { walk(layer, path, f); }); };
  if constexpr (is_stored<Plain> || std::is_same_v<Plain, RandomSite>) {
    f(node, view(path));
  } else if constexpr (NumberedLayers<Plain>) {
    Plain::for_each_layer(node, step_into);
  } else if constexpr (ArrayOfLayers<Plain>) {
    for (std::size_t i = 0; i < node.size(); ++i) step_into(node[i], i);
  } else if constexpr (Record<Plain>) {
    static_assert(member_count<Plain> <= most_members, "a model has at most 64 members: group some in a struct");
    if constexpr (member_count<Plain> <= most_members) walk_members(node, path, f);
  } else {
    static_assert(!std::is_class_v<Plain> || std::is_empty_v<Plain>,
                  "a model is a plain struct: no constructors, no private members, no bases");
    static_assert(!std::is_array_v<Plain>, "a model holds std::array, not C arrays");
  }
}
template <class T> constexpr void walk_members(T& node, Path& path, auto&& f) {
  using Plain = std::remove_const_t<T>;
  static_assert(!has_c_array<Plain>, "a model holds std::array, not C arrays");
  if constexpr (!has_c_array<Plain>) {
    for_each_member(node, [&](auto& member, int index) {
      using Member = std::remove_cvref_t<decltype(member)>;
      within_member<Plain, Member>(path, member_names<Plain>[index].name, [&] { walk(member, path, f); });
    });
  }
}

/// Calls `f(leaf, path)`, the path a std::string_view, for each parameter, buffer and random site below `node`, depth
/// first in the order of declaration. `start`: the path of `node`.
template <class T> constexpr void for_each_leaf(T& node, const Name& start, auto&& f) {
  Path path(start.view().begin(), start.view().end());
  walk(node, path, f);
}

/// The node that reads the slot of a leaf, which is made if it is new.
[[gnu::noinline]] constexpr int read_slot(Trace& trace, std::string_view path, const TensorSpec& spec, Slot::Role role,
                                          const Init& init) {
  return trace.slot(trace.make_slot(path, spec, role, init));
}

/// Points every leaf of `model` into `trace`; parameters and buffers get slots in the order of declaration.
template <class M> constexpr void bind(M& model, Trace& trace) {
  for_each_leaf(model, Name(), [&](auto& leaf, std::string_view path) {
    using Leaf = std::remove_cvref_t<decltype(leaf)>;
    leaf.context = &trace;
    constexpr auto role = is_parameter<Leaf> ? Slot::Role::parameter : Slot::Role::buffer;
    if constexpr (is_stored<Leaf>) leaf.id = read_slot(trace, path, Leaf::tensor::spec, role, leaf.init);
    else leaf.site = hash_of(path);
  });
}

template <class M> constexpr long count_parameters() {
  long count = 0;
  M model{};
  for_each_leaf(model, Name(), [&](auto& leaf, std::string_view) {
    using Leaf = std::remove_cvref_t<decltype(leaf)>;
    if constexpr (is_parameter<Leaf>) count += element_count(Leaf::tensor::spec.extents).number;
  });
  return count;
}

}  // namespace detail

/// How many learned numbers a model has. Source: sum(p.numel() for p in model.parameters()).
template <class M> inline constexpr long parameter_count = detail::count_parameters<M>();

/// The tensor type that model `M` gives for inputs of these tensor types.
template <class M, TensorLike... In> using output_t =
    typename std::remove_cvref_t<decltype(std::declval<const M&>()(std::declval<Expr<In>>()...))>::tensor;

}  // namespace stator
