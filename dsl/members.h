// The members of a plain aggregate: how many, each of them, and their names. No macro in user code, no base class.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace stator {

template <class M> concept Record = std::is_class_v<M> && std::is_aggregate_v<M> && !std::is_empty_v<M>;

namespace detail {

/// Converts to every member type, but not to the whole.
template <class Whole> struct Anything {
  template <class T> requires(!std::is_same_v<T, Whole>) constexpr operator T() const noexcept;
};
template <class M, class... A> consteval int count_members() {
  if constexpr (requires { M{A{}..., Anything<M>{}}; }) return count_members<M, A..., Anything<M>>();
  else return sizeof...(A);
}

/// An object that is never born: its members have addresses, nothing is constructed.
template <class M> union Unborn {
  char none;
  M value;
  constexpr Unborn() : none{} {}
  constexpr ~Unborn() {}
};
template <class M> inline constexpr Unborn<M> unborn{};

template <class T> struct Part {
  const T* at;
};
template <class T> Part(const T*) -> Part<T>;

constexpr bool in_identifier(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// The last identifier of the pretty function is the member's: "... .ConvNet::conv1)}]" (g++), "... .conv1}]" (clang).
template <auto Pointer> consteval auto member_name() {
  std::string_view pretty = __PRETTY_FUNCTION__;
  auto end = pretty.size();
  while (!in_identifier(pretty[end - 1])) --end;
  auto begin = end;
  while (in_identifier(pretty[begin - 1])) --begin;
  return pretty.substr(begin, end - begin);
}

struct Member {
  std::string_view name;
};
#define STATOR_MEMBER(M) \
  Member { member_name<Part{&M}>() }
template <int Count> struct Unpack;
#include "dsl/unpack.inc"
#undef STATOR_MEMBER

}  // namespace detail

inline constexpr int most_members = 64;

/// How many members an aggregate has.
template <Record M> inline constexpr int member_count = detail::count_members<M>();

/// Whether a C array is among the members: brace elision lets it take several initializers, but only one pair of
/// braces.
template <Record M> inline constexpr bool has_c_array = !detail::Unpack<member_count<M>>::template takes_braces<M>;

/// The members' names in order. Source of the state-dict keys.
template <Record M> inline constexpr auto member_names = detail::Unpack<member_count<M>>::template members<M>();

/// Calls `f(member, index)` for each member in order.
template <class M> constexpr void for_each_member(M& model, auto&& f) {
  detail::Unpack<member_count<std::remove_const_t<M>>>::each(model, f);
}

}  // namespace stator
