// Finding the flat parts of an update, and what is left of it.
#include "dsl/eager/update_parts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "dsl/eager/flat_program.h"
#include "dsl/eager/graph_copy.h"
#include "runtime/state_layout.h"
#include "runtime/text.h"

namespace stator::eager {
namespace {

/// What a node is to flat code for tensors of some extents.
enum class Part { source, op, other };

/// A reduction that may go by pieces: the op that joins them, and what is neutral to it.
struct Joined {
  std::string_view reduction, join;
  double start;
};
constexpr Joined joined_reductions[]{{"sum", "add", 0}, {"max", "maximum", -std::numeric_limits<double>::infinity()}};

class Splitter {
 public:
  explicit Splitter(const ProgramGraph& whole)
      : whole_(whole), graph_(whole.functions.front().graph), group_of_(graph_.nodes.size(), -1) {}

  UpdateParts run() {
    const bool all_flat = std::ranges::all_of(graph_.updates, [&](const Update& update) { return place(update); });
    UpdateParts parts;
    if (!all_flat) others_ = graph_.updates, groups_.clear();
    for (const std::vector<Update>& updates : groups_)
      if (!updates.empty()) parts.flat.push_back(flat_part(updates));
    parts.rest = rest();
    for (int id : sums_) parts.sums.push_back(flat_sum(id));
    return parts;
  }

 private:
  const Node& node(int id) const { return graph_.nodes[static_cast<size_t>(id)]; }

  /// Of a slot or an input.
  int index_of(int id) const { return static_cast<int>(graph_.attribute(node(id), "index")->integers[0]); }

  /// The scalar that a node repeats in all its elements; -1: none.
  int repeated_scalar(int id) const {
    if (node(id).op != "broadcast") return -1;
    while (node(id).op == "broadcast" || node(id).op == "reshape") id = graph_.operand(node(id), 0);
    return node(id).spec.rank() == 0 ? id : -1;
  }

  /// The slot or input that a node reads in the order that parameters of its extents are stored in; -1: none.
  int stored_tensor(int id) const {
    if (node(id).op == "slot") return id;
    const std::vector<int> axes = storage_axes(node(id).spec);
    if (axes.empty()) return node(id).op == "input" ? id : -1;
    if (node(id).op != "permute") return -1;
    const Attribute& back = *graph_.attribute(node(id), "axes");
    for (size_t i = 0; i < axes.size(); ++i)
      if (back.integers[axes[i]] != static_cast<long>(i)) return -1;
    const int tensor = graph_.operand(node(id), 0);
    return node(tensor).op == "input" ? tensor : -1;
  }

  Part part_of(int id, const Extents& extents) const {
    if (!(node(id).spec.extents == extents)) return Part::other;
    if (stored_tensor(id) >= 0 || repeated_scalar(id) >= 0 || node(id).op == "constant") return Part::source;
    return is_elementwise(node(id).op) ? Part::op : Part::other;
  }

  /// Appends the nodes of flat code that a node comes from. False: there are others among them.
  bool collect(int id, const Extents& extents, std::vector<int>& nodes) const {
    if (std::ranges::find(nodes, id) != nodes.end()) return true;
    const Part part = part_of(id, extents);
    nodes.push_back(id);
    for (int i = 0; part == Part::op && i < node(id).operand_count; ++i)
      if (!collect(graph_.operand(node(id), i), extents, nodes)) return false;
    return part != Part::other;
  }

  /// Puts an update into the group of those that it shares nodes with, or that read the slot. False: it is neither flat
  /// nor one of a scalar.
  bool place(const Update& update) {
    const TensorSpec& slot = whole_.slots[static_cast<size_t>(update.slot)].spec;
    if (slot.rank() == 0) return others_.push_back(update), true;
    std::vector<int> nodes;
    if (!collect(update.value, slot.extents, nodes)) return false;
    const auto group = static_cast<int>(groups_.size());
    groups_.push_back({update});
    for (int id : nodes) take(id, group);
    for (size_t id = 0; id < graph_.nodes.size(); ++id)
      if (graph_.nodes[id].op == "slot" && index_of(static_cast<int>(id)) == update.slot)
        take(static_cast<int>(id), group);
    return true;
  }

  /// Who has a node already joins the group.
  void take(int id, int group) {
    const int before = std::exchange(group_of_[static_cast<size_t>(id)], group);
    if (before < 0 || before == group) return;
    std::ranges::replace(group_of_, before, group);
    auto &from = groups_[static_cast<size_t>(before)], &to = groups_[static_cast<size_t>(group)];
    to.insert(to.begin(), from.begin(), from.end());
    from.clear();
  }

  FlatUpdate flat_part(const std::vector<Update>& updates) {
    FlatUpdate flat;
    const int group = group_of_[static_cast<size_t>(updates.front().value)];
    flat.count = element_count(whole_.slots[static_cast<size_t>(updates.front().slot)]);
    for (int64_t count : flat_pieces) {
      GraphCopy piece(whole_, flat.program, count);
      for (size_t id = 0; id < graph_.nodes.size(); ++id)
        if (group_of_[id] == group) add_to_piece(piece, static_cast<int>(id));
      for (const Update& update : updates) piece.update(update);
      piece.finish(concat("update", count));
      flat.slots = piece.slots();
      flat.inputs.clear();
      for (int id : piece.inputs()) flat.inputs.push_back(input_of(id));
    }
    return flat;
  }

  void add_to_piece(GraphCopy& piece, int id) const {
    if (const int tensor = stored_tensor(id); tensor >= 0) piece.add_tensor(tensor, id);
    else if (const int scalar = repeated_scalar(id); scalar >= 0) piece.add_repeated(scalar, id);
    else piece.add(id);
  }

  PartInput input_of(int id) {
    if (node(id).op == "input") return {false, index_of(id)};
    const auto known = std::ranges::find(scalars_, id);
    const auto place = known - scalars_.begin();
    if (known == scalars_.end()) scalars_.push_back(id);
    return {true, static_cast<int>(place)};
  }

  /// How the pieces of a reduction are joined; null: it has none, since not all axes or not inputs alone are reduced.
  const Joined* joined(int id) const {
    const auto known = std::ranges::find(joined_reductions, node(id).op, &Joined::reduction);
    if (known == std::end(joined_reductions) || element_count(node(id).spec.extents).number != 1) return nullptr;
    const int operand = graph_.operand(node(id), 0);
    std::vector<int> nodes;
    const bool flat = node(operand).spec.rank() > 0 && collect(operand, node(operand).spec.extents, nodes) &&
                      std::ranges::all_of(nodes, [&](int each) { return is_of_inputs(each); });
    return flat ? known : nullptr;
  }

  /// Whether a node of flat code is an op, a constant, or an input as it is stored.
  bool is_of_inputs(int id) const {
    if (repeated_scalar(id) >= 0) return false;
    const int tensor = stored_tensor(id);
    return tensor < 0 || node(tensor).op == "input";
  }

  FlatSum flat_sum(int id) const {
    const Joined& how = *joined(id);
    const int operand = graph_.operand(node(id), 0);
    FlatSum sum{{}, {}, how.start, element_count(node(operand).spec.extents).number};
    std::vector<int> nodes;
    collect(operand, node(operand).spec.extents, nodes);
    std::ranges::sort(nodes);
    for (int64_t count : sum_pieces) {
      GraphCopy piece(whole_, sum.program, count);
      for (int each : nodes) add_to_piece(piece, each);
      piece.add_reduced(id, how.join);
      piece.finish(concat("sum", count));
      sum.inputs.clear();
      for (int input : piece.inputs()) sum.inputs.push_back(index_of(input));
    }
    return sum;
  }

  /// What results, other updates and the flat parts' scalars come from.
  UpdateRest rest() {
    std::vector<int> results = graph_.results;
    results.insert(results.end(), scalars_.begin(), scalars_.end());
    std::vector<char> needed(graph_.nodes.size());
    for (int id : results) needed[static_cast<size_t>(id)] = true;
    for (const Update& update : others_) needed[static_cast<size_t>(update.value)] = true;
    for (size_t id = needed.size(); id-- > 0;) {
      if (!needed[id]) continue;
      if (joined(static_cast<int>(id))) sums_.push_back(static_cast<int>(id));
      else
        for (int i = 0; i < graph_.nodes[id].operand_count; ++i)
          needed[static_cast<size_t>(graph_.operand(graph_.nodes[id], i))] = true;
    }
    UpdateRest rest;
    GraphCopy copy(whole_, rest.program);
    for (int id = 0; id < static_cast<int>(needed.size()); ++id) {
      if (!needed[static_cast<size_t>(id)]) continue;
      if (std::ranges::find(sums_, id) != sums_.end()) copy.add_input(id);
      else copy.add(id);
    }
    for (int id : results) copy.result(id);
    for (const Update& update : others_) copy.update(update);
    copy.finish(whole_.functions.front().name);
    for (int id : copy.inputs()) {
      const auto sum = std::ranges::find(sums_, id);
      if (sum == sums_.end()) rest.inputs.push_back({false, index_of(id)});
      else rest.inputs.push_back({true, static_cast<int>(sum - sums_.begin())});
    }
    rest.slots = copy.slots();
    rest.scalars = static_cast<int>(scalars_.size());
    return rest;
  }

  const ProgramGraph& whole_;
  const Graph& graph_;
  std::vector<int> group_of_;                // of each node; -1: none
  std::vector<std::vector<Update>> groups_;  // flat updates that share nodes
  std::vector<Update> others_;               // that are not flat
  std::vector<int> scalars_;                 // nodes that flat parts read
  std::vector<int> sums_;                    // reductions that are flat
};

}  // namespace

UpdateParts in_parts(const ProgramGraph& update) { return Splitter(update).run(); }

}  // namespace stator::eager
