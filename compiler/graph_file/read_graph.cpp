// Takes what graph_text gives; makes the same program. Line by line, each from left to right.
#include "compiler/graph_file/read_graph.h"

#include <charconv>
#include <cmath>

#include "compiler/graph_file/graph_text.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

namespace {

/// What is left of a line. A piece that is not there is a UserError, made by the caller from `Broken`.
struct Broken {
  std::string rule;
};

class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  bool empty() const { return rest_.empty(); }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void expect(std::string_view word) {
    if (!take(word)) throw Broken{concat("'", word, "' is missing before '", rest_, "'")};
  }
  /// All before the next `end`, which is taken too where it is there.
  std::string_view until(std::string_view end) {
    const size_t at = rest_.find(end);
    const std::string_view taken = rest_.substr(0, at);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
    return taken;
  }
  bool starts_number() const { return !rest_.empty() && (rest_[0] == '-' || (rest_[0] >= '0' && rest_[0] <= '9')); }
  bool starts_hexfloat() const {
    const std::string_view digits = rest_.substr(rest_.starts_with('-') ? 1 : 0);
    return digits.starts_with("0x") || digits.starts_with("inf") || digits.starts_with("nan");
  }
  long integer() { return parsed<long>(rest_); }
  double number() {
    const bool negative = take("-");
    take("0x");
    const double size = parsed<double>(rest_, std::chars_format::hex);
    return negative ? -size : size;
  }

 private:
  template <class T> T parsed(std::string_view& from, auto... format) {
    T value{};
    const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), value, format...);
    if (error != std::errc()) throw Broken{concat("'", from, "' does not begin with a number")};
    from.remove_prefix(end - from.data());
    return value;
  }

  std::string_view rest_;
};

template <size_t n> int index_in(const std::array<std::string_view, n>& names, std::string_view name) {
  for (size_t i = 0; i < n; ++i)
    if (names[i] == name) return static_cast<int>(i);
  throw Broken{concat("'", name, "' is not one of ", joined(names))};
}

DType dtype_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(DType::boolean); ++i)
    if (name_of(static_cast<DType>(i)) == name) return static_cast<DType>(i);
  throw Broken{concat("'", name, "' is not a dtype")};
}

Symbol symbol_in(Line& line) {
  for (int i = 1; i < symbol::count; ++i)
    if (line.take(symbol::name_of(static_cast<Symbol>(i)))) return static_cast<Symbol>(i);
  throw Broken{"an extent is neither a number nor a symbol"};
}

/// `3*batch*steps`.
Extent extent_in(Line& line) {
  Extent extent = line.starts_number() ? Extent(line.integer()) : Extent(symbol_in(line));
  while (line.take("*")) extent = extent * Extent(symbol_in(line));
  return extent;
}

/// `f32 [batch, 784] classes 10`.
TensorSpec spec_in(Line& line) {
  TensorSpec spec;
  spec.dtype = dtype_named(line.until(" "));
  line.expect("[");
  while (!line.take("]")) {
    if (spec.rank() == max_rank) throw Broken{concat("a tensor has more than ", max_rank, " axes")};
    spec.extents.push(extent_in(line));
    line.take(", ");
  }
  if (line.take(" classes ")) spec.classes = line.integer();
  return spec;
}

/// `axes=[0, 1]`, `axis=1`, `value=0x1p+0` or `mode="linear"`.
Attribute attribute_in(Line& line) {
  const std::string_view name = line.until("=");
  if (line.take("\"")) return Attribute::of(name, line.until("\""));
  if (line.starts_hexfloat()) return Attribute::of(name, line.number());
  if (!line.take("[")) return Attribute::of(name, line.integer());
  Integers list;
  while (!line.take("]")) {
    if (list.count == Integers::capacity) throw Broken{concat("more than ", Integers::capacity, " numbers in a list")};
    list.push(line.integer());
    line.take(", ");
  }
  return Attribute::of(name, list.at, list.count);
}

class Reader {
 public:
  explicit Reader(ProgramGraph& program) : program_(program) {}

  void read(Line line) {
    if (line.take("slot ")) return slot(line);
    if (line.take("function ")) return function(line);
    if (program_.functions.empty()) throw Broken{"neither a slot nor a function"};
    Function& to = program_.functions.back();
    if (line.take("  %")) return node(line, to.graph);
    if (line.take("  input ")) return input(line, to);
    if (line.take("  argument ")) return argument(line, to);
    if (line.take("  result %")) return to.graph.results.push_back(value(line, to.graph));
    if (line.take("  checkpoint %")) return checkpoint(line, to.graph);
    if (line.take("  update slot ")) return update(line, to.graph);
    throw Broken{"no kind of line is known that begins so"};
  }

 private:
  void slot(Line& line) {
    Slot slot;
    slot.name = Name(line.until(" : "));
    slot.spec = spec_in(line);
    line.expect(" ");
    slot.role = static_cast<Slot::Role>(index_in(role_names, line.until(" ")));
    slot.init.kind = static_cast<Init::Kind>(index_in(init_names, line.until(" ")));
    slot.init.a = line.number(), line.expect(" ");
    slot.init.b = line.number(), line.expect(" ");
    slot.init.zero_row = line.integer();
    program_.slots.push_back(std::move(slot));
  }
  void function(Line& line) {
    Function function;
    function.name = Name(line.until("\n"));
    program_.functions.push_back(std::move(function));
  }
  void input(Line& line, Function& to) {
    line.until(" : ");
    to.inputs.push_back(spec_in(line));
  }
  void argument(Line& line, Function& to) {
    to.arguments.emplace_back(line.until(" = "));
    to.defaults.push_back(line.number());
  }
  void node(Line& line, Graph& graph) {
    if (line.integer() != std::ssize(graph.nodes)) throw Broken{"nodes are not in order"};
    line.expect(" = ");
    const std::string_view op = line.until("(");
    std::vector<int> operands;
    while (!line.take(")")) {
      line.expect("%");
      operands.push_back(value(line, graph));
      line.take(", ");
    }
    std::vector<Attribute> attributes;
    while (!line.take(" : ")) {
      line.expect(" ");
      attributes.push_back(attribute_in(line));
      check_reference(op, attributes.back());
    }
    const TensorSpec spec = spec_in(line);
    graph.add({op, operands.data(), static_cast<int>(operands.size()), attributes.data(),
               static_cast<int>(attributes.size()), spec});
  }
  /// What a slot, input or argument node points at must be there.
  void check_reference(std::string_view op, const Attribute& attribute) const {
    if (attribute.name != "index") return;
    const Function& function = program_.functions.back();
    const size_t count = op == "slot"    ? program_.slots.size()
                         : op == "input" ? function.inputs.size()
                                         : function.arguments.size();
    const bool known = op == "slot" || op == "input" || op == "argument";
    if (known) check_below(attribute.integers[0], count, op);
  }
  void checkpoint(Line& line, Graph& graph) {
    Checkpoint block;
    block.first = static_cast<int>(line.integer());
    line.expect(" to %");
    block.last = static_cast<int>(line.integer());
    graph.checkpoints.push_back(block);
  }
  void update(Line& line, Graph& graph) {
    Update update;
    update.slot = static_cast<int>(check_below(line.integer(), program_.slots.size(), "slot"));
    line.expect(" = %");
    update.value = value(line, graph);
    graph.updates.push_back(update);
  }
  int value(Line& line, const Graph& graph) {
    return static_cast<int>(check_below(line.integer(), graph.nodes.size(), "value"));
  }
  static long check_below(long index, size_t count, std::string_view what) {
    if (index < 0 || index >= static_cast<long>(count))
      throw Broken{concat(what, " ", index, " is none of the ", count, " there are")};
    return index;
  }

  ProgramGraph& program_;
};

}  // namespace

ProgramGraph read_graph(std::string_view text, const std::string& where) {
  ProgramGraph program;
  Reader reader(program);
  for (Line lines(text); !lines.empty();) {
    const std::string_view line = lines.until("\n");
    try {
      reader.read(Line(line));
    } catch (const Broken& broken) { throw UserError(concat(where, ": ", broken.rule, ": ", line)); }
  }
  return program;
}

}  // namespace stator
