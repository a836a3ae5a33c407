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

/// `path.name`.
constexpr Name below(const Name& path, std::string_view name) {
  Name longer = path;
  if (!longer.empty()) longer += ".";
  longer += name;
  return longer;
}
constexpr Name below(const Name& path, std::size_t number) {
  char digits[20]{};
  int first = 20;
  do digits[--first] = static_cast<char>('0' + number % 10);
  while (number /= 10);
  return below(path, std::string_view(digits + first, 20 - first));
}

/// A struct whose members are named as if they were its parent's. Where it has a `suffix`, their names end in it.
template <class T> concept NamedInParent = requires { requires T::named_in_parent; };

/// The path of a member of `Parent`.
template <class Parent, class Member> constexpr Name member_path(const Name& path, std::string_view name) {
  if constexpr (NamedInParent<Member>) return path;
  Name longer = below(path, name);
  if constexpr (requires { Parent::suffix(); }) longer += Parent::suffix();
  return longer;
}

template <class T> constexpr void for_each_leaf_of_members(T& node, const Name& path, auto&& f);

/// Calls `f(leaf, path)` for each parameter and random site below `node`, depth first in the order of declaration.
template <class T> constexpr void for_each_leaf(T& node, const Name& path, auto&& f) {
  using Plain = std::remove_const_t<T>;
  if constexpr (is_parameter<Plain> || std::is_same_v<Plain, RandomSite>) {
    f(node, path);
  } else if constexpr (ArrayOfLayers<Plain>) {
    for (std::size_t i = 0; i < node.size(); ++i) for_each_leaf(node[i], below(path, i), f);
  } else if constexpr (Record<Plain>) {
    static_assert(member_count<Plain> <= most_members, "a model has at most 64 members: group some in a struct");
    if constexpr (member_count<Plain> <= most_members) for_each_leaf_of_members(node, path, f);
  } else {
    static_assert(!std::is_class_v<Plain> || std::is_empty_v<Plain>,
                  "a model is a plain struct: no constructors, no private members, no bases");
    static_assert(!std::is_array_v<Plain>, "a model holds std::array, not C arrays");
  }
}
template <class T> constexpr void for_each_leaf_of_members(T& node, const Name& path, auto&& f) {
  using Plain = std::remove_const_t<T>;
  static_assert(!has_c_array<Plain>, "a model holds std::array, not C arrays");
  if constexpr (!has_c_array<Plain>) {
    for_each_member(node, [&](auto& member, int index) {
      using Member = std::remove_cvref_t<decltype(member)>;
      for_each_leaf(member, member_path<Plain, Member>(path, member_names<Plain>[index].name), f);
    });
  }
}

/// Points every leaf of `model` into `trace`; parameters get slots in the order of declaration.
template <class M> constexpr void bind(M& model, Trace& trace) {
  for_each_leaf(model, Name(), [&](auto& leaf, const Name& path) {
    using Leaf = std::remove_cvref_t<decltype(leaf)>;
    leaf.context = &trace;
    if constexpr (is_parameter<Leaf>)
      leaf.id = trace.slot(trace.make_slot(path, Leaf::tensor::spec, Slot::Role::parameter, leaf.init));
    else leaf.site = hash_of(path);
  });
}

template <class M> constexpr long count_parameters() {
  long count = 0;
  M model{};
  for_each_leaf(model, Name(), [&](auto& leaf, const Name&) {
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
