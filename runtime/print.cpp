// PyTorch's rules for printing tensors.
#include "runtime/print.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "runtime/text.h"

namespace stator {
namespace {

constexpr int64_t summary_threshold = 1000;
constexpr int64_t edge_items = 3;
constexpr int line_width = 80;

std::string printed(const char* format, double value) {
  char text[400];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// How every element of one tensor is written: with the same digits, to the same width.
class ElementFormat {
 public:
  explicit ElementFormat(const NdArray& shown) : is_float_(is_float(shown.dtype())) {
    if (is_float_) choose_notation(shown.to(DType::f64).contiguous().values<double>());
    const NdArray flat = shown.reshape({-1});
    for (int64_t i = 0; i < flat.element_count(); ++i) {
      const NdArray element = flat.select(0, i);
      if (is_float_ && (element.item() == 0 || !std::isfinite(element.item()))) continue;
      width_ = std::max(width_, bare(element).size());
    }
  }

  std::string operator()(const NdArray& element) const {
    const std::string text = bare(element);
    return std::string(text.size() < width_ ? width_ - text.size() : 0, ' ') + text;
  }
  int width() const { return static_cast<int>(width_); }

 private:
  void choose_notation(std::span<const double> values) {
    double least = std::numeric_limits<double>::infinity(), greatest = 0;
    for (double value : values) {
      if (value == 0 || !std::isfinite(value)) continue;
      least = std::min(least, std::abs(value));
      greatest = std::max(greatest, std::abs(value));
      whole_ = whole_ && value == std::ceil(value);
    }
    scientific_ = greatest > 0 && (greatest / least > 1000 || greatest > 1e8 || (!whole_ && least < 1e-4));
  }

  std::string bare(const NdArray& element) const {
    if (element.dtype() == DType::boolean) return element.item() != 0 ? "True" : "False";
    if (!is_float_) return std::to_string(element.to(DType::i64).contiguous().data<int64_t>()[0]);
    const double value = element.item();
    if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    if (scientific_) return printed("%.4e", value);
    return whole_ ? printed("%.0f.", value) : printed("%.4f", value);
  }

  bool is_float_;
  bool whole_ = true;
  bool scientific_ = false;
  size_t width_ = 1;
};

/// The elements that are shown: three at each end of an axis that is too long.
NdArray shown_part(const NdArray& array) {
  NdArray shown = array;
  for (int axis = 0; axis < array.rank(); ++axis) {
    const int64_t extent = array.extent(axis);
    if (extent <= 2 * edge_items) continue;
    NdArray::Extents extents = shown.extents();
    extents[axis] = 2 * edge_items;
    NdArray ends = NdArray::empty(array.dtype(), extents);
    for (int64_t i = 0; i < 2 * edge_items; ++i) {
      const NdArray from = shown.select(axis, i < edge_items ? i : extent - 2 * edge_items + i).contiguous();
      ends.select(axis, i).assign(from);
    }
    shown = ends;
  }
  return shown;
}

struct Layout {
  const ElementFormat& format;
  bool summarise;
};

std::string vector_text(const NdArray& array, int indent, const Layout& layout) {
  const int64_t extent = array.extent(0);
  const bool cut = layout.summarise && extent > 2 * edge_items;
  std::vector<std::string> items;
  for (int64_t i = 0; i < extent; ++i) {
    if (cut && i == edge_items) {
      items.push_back(" ...");
      i = extent - edge_items;
    }
    items.push_back(layout.format(array.select(0, i)));
  }
  const size_t per_line = static_cast<size_t>(std::max(1, (line_width - indent) / (layout.format.width() + 2)));
  std::vector<std::string> lines;
  for (size_t i = 0; i < items.size(); i += per_line)
    lines.push_back(joined(std::span(items).subspan(i, std::min(per_line, items.size() - i))));
  return concat("[", joined(lines, concat(",\n", std::string(indent + 1, ' ')).c_str()), "]");
}

std::string text_of(const NdArray& array, int indent, const Layout& layout) {
  if (array.rank() == 0) return layout.format(array);
  if (array.rank() == 1) return vector_text(array, indent, layout);
  const int64_t extent = array.extent(0);
  const bool cut = layout.summarise && extent > 2 * edge_items;
  std::vector<std::string> parts;
  for (int64_t i = 0; i < extent; ++i) {
    if (cut && i == edge_items) {
      parts.push_back("...");
      i = extent - edge_items;
    }
    parts.push_back(text_of(array.select(0, i), indent + 1, layout));
  }
  const std::string separator = concat(",", std::string(array.rank() - 1, '\n'), std::string(indent + 1, ' '));
  return concat("[", joined(parts, separator.c_str()), "]");
}

}  // namespace

std::string to_string(const NdArray& array) {
  const DType dtype = array.dtype();
  const bool named = dtype != DType::f32 && dtype != DType::i64 && dtype != DType::boolean;
  std::string suffix = named ? concat(", dtype=", name_of(dtype)) : "";
  if (array.element_count() == 0) {
    if (array.rank() != 1) suffix = concat(", size=(", joined(array.extents()), ")", suffix);
    return concat("tensor([]", suffix, ")");
  }
  const bool summarise = array.element_count() > summary_threshold;
  const ElementFormat format(summarise ? shown_part(array) : array);
  return concat("tensor(", text_of(array, 7, {format, summarise}), suffix, ")");
}

std::ostream& operator<<(std::ostream& out, const NdArray& array) { return out << to_string(array); }

}  // namespace stator
