// Parameter groups: several optimizers, or one with several settings, each for the parameters that it is chosen for.
#pragma once

#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include "dsl/gradients.h"
#include "dsl/optimizers.h"

namespace stator {

namespace hana = boost::hana;

/// The parameters of rank 0 and 1: biases, and the scales and shifts of normalisations. They usually do not decay.
inline constexpr auto biases_and_norms = [](const Slot& parameter) { return parameter.spec.rank() < 2; };

/// A named optimizer for the parameters that `chooses` accepts; made by `group`.
template <text Name, class Chooses, Optimizer O> struct Group {
  Chooses chooses;
  O optimizer;
  static constexpr std::string_view name = Name.c_str();
};

/// The parameters below the path `Name` of the model: `group<"head">(SGD{.lr = 0.1})` takes `head.weight`, `head.bias`.
/// Its learning rate is the argument `lr.head`.
template <text Name, Optimizer O> constexpr auto group(O optimizer) {
  auto below = [](const Slot& parameter) {
    std::string_view path = parameter.name, start = Name.c_str();
    return path.substr(0, start.size()) == start && (path.size() == start.size() || path[start.size()] == '.');
  };
  return Group<Name, decltype(below), O>{below, optimizer};
}
/// The parameters that `chooses(const Slot&)` accepts, by name, shape or dtype, under a name of the user's choice.
template <text Name, class Chooses, Optimizer O> constexpr auto group(Chooses chooses, O optimizer) {
  return Group<Name, Chooses, O>{chooses, optimizer};
}

template <class... G> struct Groups {
  hana::tuple<G...> groups;
};

namespace detail {
template <text Name, class C, Optimizer O> constexpr auto as_group(const Group<Name, C, O>& group) { return group; }
template <Optimizer O> constexpr auto as_group(const O& optimizer) {
  auto every = [](const Slot&) { return true; };
  return Group<"", decltype(every), O>{every, optimizer};
}
template <class O> inline constexpr bool is_groups = false;
template <class... G> inline constexpr bool is_groups<Groups<G...>> = true;
}  // namespace detail

/// A parameter belongs to the first group that takes it; an optimizer without a group takes the rest, and its arguments
/// have plain names. A call's `lr` sets the rate of every group that the call does not name. Source: the list of dicts
/// that torch.optim's constructors take.
///
///     groups(group<"no_decay">(biases_and_norms, AdamW{.lr = 3e-4, .weight_decay = 0}),
///            AdamW{.lr = 3e-4, .weight_decay = 0.1})
template <class... G> constexpr auto groups(G... given) {
  return Groups<decltype(detail::as_group(given))...>{{detail::as_group(given)...}};
}

/// What `update` and `train_step` take: an optimizer, or groups of them.
template <class O> concept UpdateRule = Optimizer<O> || detail::is_groups<O>;

namespace detail {
/// Updates those parameters that `group` takes and no earlier one took.
template <class G> constexpr void update_group(const Gradients& all, std::vector<char>& taken, const G& group) {
  Trace& trace = trace_of(all.front().parameter);
  Updates updates(trace, G::name);
  bool used = false;
  for (std::size_t i = 0; i < all.size(); ++i)
    used = used || (!taken[i] && group.chooses(trace.slot_facts(all[i].slot)));
  if (!used) throw UserError("groups: one of the groups has no parameter");
  auto shared = group.optimizer.begin(updates);
  bool first = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Slot& slot = trace.slot_facts(all[i].slot);
    if (taken[i] || !group.chooses(slot)) continue;
    taken[i] = true;
    if (trace.purpose() == Trace::Purpose::check && !std::exchange(first, false)) continue;
    updates.begin_parameter(Name(slot.name));
    trace.update(all[i].slot, group.optimizer.update(updates, shared, all[i].parameter, all[i].gradient).id);
  }
}
}  // namespace detail

/// One step on parameters with their gradients.
/// Errors: UserError (a compile error in a constant) for a group without parameters, and a parameter without a group.
template <class... G> constexpr void update(const Gradients& gradients, const Groups<G...>& groups) {
  std::vector<char> taken;
  for (std::size_t i = 0; i < gradients.size(); ++i) taken.push_back(false);
  hana::unpack(groups.groups, [&](const auto&... group) { (detail::update_group(gradients, taken, group), ...); });
  for (char each : taken)
    if (!each) throw UserError("groups: a parameter belongs to no group: end with an optimizer for the rest");
}
template <Optimizer O> constexpr void update(const Gradients& gradients, const O& optimizer) {
  update(gradients, groups(optimizer));
}

/// One step of `rule` on every parameter of `model` (the whole net, or a part of it) that is not frozen, down the
/// gradient of `loss`. Two optimizers in one program, each with its own state, go by names: `update<"critic">(...)`.
template <class M, Operand L, UpdateRule O> constexpr void update(const M& model, const L& loss, const O& rule) {
  update(gradients(model, loss), rule);
}
template <text Name, class M, Operand L, Optimizer O>
constexpr void update(const M& model, const L& loss, const O& optimizer) {
  update(gradients(model, loss), groups(group<Name>([](const Slot&) { return true; }, optimizer)));
}

}  // namespace stator
