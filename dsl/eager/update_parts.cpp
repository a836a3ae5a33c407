// Finding the flat parts of an update, and what is left of it.
#include "dsl/eager/update_parts.h"

#include <algorithm>
#include <utility>

#include "dsl/eager/flat_program.h"
#include "dsl/eager/graph_copy.h"
#include "runtime/state_layout.h"
#include "runtime/text.h"

namespace stator::eager {
namespace {

/// What a node is to flat code for tensors of some extents.
enum class Part { source, op, other };

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

  FlatInput input_of(int id) {
    if (node(id).op == "input") return {false, index_of(id)};
    const auto known = std::ranges::find(scalars_, id);
    const auto place = known - scalars_.begin();
    if (known == scalars_.end()) scalars_.push_back(id);
    return {true, static_cast<int>(place)};
  }

  /// What results, other updates and the flat parts' scalars come from.
  UpdateRest rest() const {
    std::vector<int> results = graph_.results;
    results.insert(results.end(), scalars_.begin(), scalars_.end());
    std::vector<char> needed(graph_.nodes.size());
    for (int id : results) needed[static_cast<size_t>(id)] = true;
    for (const Update& update : others_) needed[static_cast<size_t>(update.value)] = true;
    for (size_t id = needed.size(); id-- > 0;)
      for (int i = 0; needed[id] && i < graph_.nodes[id].operand_count; ++i)
        needed[static_cast<size_t>(graph_.operand(graph_.nodes[id], i))] = true;
    UpdateRest rest;
    GraphCopy copy(whole_, rest.program);
    for (size_t id = 0; id < needed.size(); ++id)
      if (needed[id]) copy.add(static_cast<int>(id));
    for (int id : results) copy.result(id);
    for (const Update& update : others_) copy.update(update);
    copy.finish(whole_.functions.front().name);
    for (int id : copy.inputs()) rest.inputs.push_back(index_of(id));
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
};

}  // namespace

UpdateParts in_parts(const ProgramGraph& update) { return Splitter(update).run(); }

}  // namespace stator::eager
