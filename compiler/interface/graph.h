// The deferred graph in plain C++: what a trace records, at compile time or at run time, and what the compiler imports.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/interface/tensor_spec.h"

namespace stator {

/// A text that can be built in a constant expression by every compiler (std::string of libstdc++ 12 cannot by clang),
/// and in few steps (those of std::vector are many, and a model has thousands of names).
class Name {
 public:
  constexpr Name() = default;
  constexpr Name(std::string_view text) : Name(text, {}) {}
  constexpr Name(const char* text) : Name(std::string_view(text)) {}
  Name(const std::string& text) : Name(std::string_view(text)) {}
  /// A text of `size` characters, which `write(characters)` puts at a pointer to char.
  constexpr Name(std::size_t size, auto&& write) : characters_(size ? new char[size]{} : nullptr), size_(size) {
    write(characters_);
  }
  constexpr Name(const Name& other) : Name(other.view()) {}
  constexpr Name(Name&& other) noexcept { swap(other); }
  constexpr Name& operator=(Name other) noexcept { return swap(other), *this; }
  constexpr ~Name() { delete[] characters_; }

  constexpr std::string_view view() const { return {characters_, size_}; }
  std::string str() const { return std::string(view()); }
  constexpr operator std::string_view() const { return view(); }
  operator std::string() const { return str(); }
  constexpr bool empty() const { return size_ == 0; }
  constexpr Name& operator+=(std::string_view text) { return *this = Name(view(), text); }
  friend constexpr bool operator==(const Name& a, const Name& b) { return a.view() == b.view(); }
  friend constexpr bool operator==(const Name& a, std::string_view b) { return a.view() == b; }
  friend auto& operator<<(auto& stream, const Name& name) { return stream << name.view(); }

 private:
  [[gnu::noinline]] constexpr Name(std::string_view first, std::string_view second)
      : Name(first.size() + second.size(), [&](char* to) {
          for (char c : first) *to++ = c;
          for (char c : second) *to++ = c;
        }) {}
  constexpr void swap(Name& other) {
    std::swap(characters_, other.characters_);
    std::swap(size_, other.size_);
  }

  char* characters_ = nullptr;
  std::size_t size_ = 0;
};

/// A named property of an operation: a number, whole numbers, or a text. The name is that of the op's ODS record.
struct Attribute {
  enum class Kind : unsigned char { integer, integers, number, text };
  static constexpr int max_integers = 12;

  std::string_view name;
  Kind kind = Kind::integer;
  int count = 0;                  // of `integers`
  long integers[max_integers]{};  // [0] alone for `integer`
  double number = 0;
  std::string_view text;  // must outlive the graph; a literal in practice

  static constexpr Attribute of(std::string_view name, long value) {
    Attribute a;
    a.name = name, a.integers[0] = value;
    return a;
  }
  static constexpr Attribute of(std::string_view name, double value) {
    Attribute a;
    a.name = name, a.kind = Kind::number, a.number = value;
    return a;
  }
  static constexpr Attribute of(std::string_view name, std::string_view value) {
    Attribute a;
    a.name = name, a.kind = Kind::text, a.text = value;
    return a;
  }
  static constexpr Attribute of(std::string_view name, const long* values, int count) {
    Attribute a;
    a.name = name, a.kind = Kind::integers, a.count = count;
    for (int i = 0; i < count; ++i) a.integers[i] = values[i];
    return a;
  }
};

/// One application of an op, as a context is asked to carry it out. Operands are values of that context. What it points
/// to belongs to the caller.
struct Operation {
  std::string_view op;
  const int* operands = nullptr;
  int operand_count = 0;
  const Attribute* attributes = nullptr;
  int attribute_count = 0;
  const TensorSpec& result;
};

/// A recorded operation with its one result. Operands and attributes are ranges of the graph's two pools.
///
/// Four ops have no operands and stand for what comes from outside: `input` (attribute `index`), `slot` (`index` into
/// Program::slots), `argument` (`index` into Function::arguments; a scalar given to each call, such as `lr`) and
/// `constant` (`value`, a splat).
/// A loop's step stands between the nodes that rule::Scan (compiler/interface/ops/scan.h) describes.
struct Node {
  std::string_view op;
  TensorSpec spec;
  int first_operand = 0, operand_count = 0;
  int first_attribute = 0, attribute_count = 0;
};

/// After the call, state slot `slot` holds the value of node `value`.
struct Update {
  int slot = 0;
  int value = 0;
};

/// Nodes first .. last - 1 are a block whose values the gradient does not keep, but computes again.
struct Checkpoint {
  int first = 0;
  int last = 0;
};

/// Nodes in an order in which each one follows its operands.
struct Graph {
  std::vector<Node> nodes;
  std::vector<int> operands;
  std::vector<Attribute> attributes;
  std::vector<int> results;
  std::vector<Update> updates;
  std::vector<Checkpoint> checkpoints;  // in order, apart from each other

  constexpr int add(const Operation& operation) {
    Node node{operation.op,
              operation.result,
              static_cast<int>(operands.size()),
              operation.operand_count,
              static_cast<int>(attributes.size()),
              operation.attribute_count};
    for (int i = 0; i < operation.operand_count; ++i) operands.push_back(operation.operands[i]);
    for (int i = 0; i < operation.attribute_count; ++i) attributes.push_back(operation.attributes[i]);
    nodes.push_back(node);
    return static_cast<int>(nodes.size()) - 1;
  }
  constexpr int operand(const Node& node, int i) const { return operands[node.first_operand + i]; }
  constexpr const Attribute* attribute(const Node& node, std::string_view name) const {
    for (int i = 0; i < node.attribute_count; ++i)
      if (attributes[node.first_attribute + i].name == name) return &attributes[node.first_attribute + i];
    return nullptr;
  }
};

/// How a state slot starts. Uniform and normal draws come from the seed and the slot's name.
struct Init {
  enum class Kind : unsigned char { constant, uniform, normal };
  Kind kind = Kind::constant;
  double a = 0;        // the constant; the lower bound; the mean
  double b = 0;        // -; the upper bound; the standard deviation
  long zero_row = -1;  // this index of the first axis starts as zeros; -1: none
};

/// One named tensor of a program's state. A parameter's name is its PyTorch state-dict key (`conv1.weight`).
struct Slot {
  enum class Role : unsigned char { parameter, buffer, optimizer };
  Name name;
  TensorSpec spec;
  Role role = Role::parameter;
  Init init;
};

/// A function of a program. Argument `i` has `arguments[i]` as its name and `defaults[i]` where a call gives none.
struct Function {
  Name name;
  std::vector<TensorSpec> inputs;
  std::vector<Name> arguments;
  std::vector<double> defaults;
  Graph graph;
};

/// All that the compiler is told: state, and functions over it.
struct ProgramGraph {
  std::vector<Slot> slots;
  std::vector<Function> functions;
};

}  // namespace stator
