// Ops as words.
#include "dsl/eager/op_key.h"

#include <algorithm>
#include <cstring>

#include "dsl/eager/flat_program.h"

namespace stator::eager {
namespace {

int64_t word_of(double number) {
  int64_t word;
  std::memcpy(&word, &number, sizeof word);
  return word;
}

void append_text(Words& words, std::string_view text) {
  words.push_back(static_cast<int64_t>(text.size()));
  for (size_t at = 0; at < text.size(); at += sizeof(int64_t)) {
    int64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
    words.push_back(word);
  }
}

void append(Words& words, const Attribute& attribute) {
  words.push_back(static_cast<int64_t>(attribute.kind));
  if (attribute.kind == Attribute::Kind::number) words.push_back(word_of(attribute.number));
  if (attribute.kind == Attribute::Kind::integer) words.push_back(attribute.integers[0]);
  if (attribute.kind == Attribute::Kind::text) append_text(words, attribute.text);
  if (attribute.kind == Attribute::Kind::integers) {
    words.push_back(attribute.count);
    words.insert(words.end(), attribute.integers, attribute.integers + attribute.count);
  }
}

void append(Words& words, const Dims& dims) {
  words.push_back(dims.rank);
  words.insert(words.end(), dims.at.begin(), dims.at.begin() + dims.rank);
}

void append(Words& words, const View* view) {
  words.push_back(view ? view->mark() : 0);
  if (view) words.insert(words.end(), view->words().begin(), view->words().end());
}

/// The key of a program that is no op.
Words key_of(std::string_view name, DType dtype, int64_t count) {
  Words words;
  append_text(words, name);
  words.push_back(static_cast<int64_t>(dtype));
  words.push_back(count);
  return words;
}

}  // namespace

void append_key(Words& words, const OpFacts& facts, bool flat) {
  words.push_back(flat);
  append_text(words, facts.op);
  for (const Attribute& attribute : facts.attributes) append(words, attribute);
  words.push_back(static_cast<int64_t>(facts.result.dtype));
  for (const OperandFacts& operand : facts.operands) {
    words.push_back(static_cast<int64_t>(operand.dtype));
    if (flat) {
      words.push_back(is_single(facts, operand));
      continue;
    }
    append(words, operand.base);
    append(words, operand.view);
  }
  if (flat) return;
  for (int i = 0; i < facts.result.rank(); ++i) words.push_back(facts.result.extents[i].number);
  append(words, facts.result_view);
}

Words flat_key(const OpFacts& facts, uint64_t wanted) {
  Words words;
  append_key(words, facts, true);
  words.push_back(static_cast<int64_t>(wanted));
  return words;
}

Words accumulate_key(Reduction reduction, DType dtype, int64_t count) {
  return key_of(reduction == Reduction::sum ? "accumulate" : "accumulate the greater", dtype, count);
}

Words rows_key(Reduction reduction, DType dtype, int64_t length) {
  return key_of(reduction == Reduction::sum ? "sums of rows" : "maxima of rows", dtype, length);
}

Words columns_key(Reduction reduction, DType dtype, int64_t width) {
  return key_of(reduction == Reduction::sum ? "sums of columns" : "maxima of columns", dtype, width);
}

Words spread_key(DType dtype, int64_t length) { return key_of("spread", dtype, length); }

}  // namespace stator::eager
