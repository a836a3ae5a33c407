// The shapes of bench/shapes.txt, and the kernels' forms of them.
#pragma once

#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiler/kernels/contraction.h"
#include "compiler/kernels/image_parts.h"

namespace bench {

using stator::kernels::ContractionForm;

/// C [m, n] = A B, of which those lie transposed that `layout` says.
struct Product {
  std::string layout;
  int64_t m = 0, k = 0, n = 0;

  bool transposed(int operand) const { return layout[operand] == 'T'; }
  /// Whether B is a weight, which could be kept in another form from call to call: not in a weight's gradient.
  bool has_weight() const { return layout != "TN"; }
  std::string name() const {
    return layout + "/" + std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n);
  }
};

/// Of `count` square images, with a square kernel.
struct Convolution {
  int64_t count = 0, in = 0, side = 0, out = 0, kernel = 0, stride = 0, padding = 0;

  int64_t out_side() const { return (side + 2 * padding - kernel) / stride + 1; }
  std::string name() const {
    return std::to_string(count) + "x" + std::to_string(in) + "x" + std::to_string(side) + "x" + std::to_string(side) +
           "/" + std::to_string(kernel) + "x" + std::to_string(kernel) + "to" + std::to_string(out) +
           (stride > 1 ? "/stride:" + std::to_string(stride) : "") +
           (padding ? "/padding:" + std::to_string(padding) : "");
  }
};

struct Shapes {
  std::vector<Product> products;
  std::vector<Convolution> convolutions;
};

/// Errors: std::runtime_error for a file that cannot be read, or a line that names no shape.
inline Shapes read_shapes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("shapes: cannot read " + path);
  Shapes shapes;
  for (std::string line, kind; std::getline(file, line);) {
    std::istringstream words(line);
    if (!(words >> kind) || kind[0] == '#') continue;
    Product p;
    Convolution c;
    if (kind == "product" && words >> p.layout >> p.m >> p.k >> p.n) shapes.products.push_back(p);
    else if (words >> c.count >> c.in >> c.side >> c.out >> c.kernel >> c.stride >> c.padding)
      shapes.convolutions.push_back(c);
    else throw std::runtime_error("shapes: " + path + " has a line that names no shape: " + line);
  }
  return shapes;
}

inline ContractionForm form_of(const Product& p) {
  ContractionForm form;
  form.rows = {{p.m, p.transposed(0) ? 1 : p.k, 0, p.n}};
  form.columns = {p.n, 0, p.transposed(1) ? p.k : 1, 1};
  form.reductions = {{p.k, p.transposed(0) ? p.m : 1, p.transposed(1) ? 1 : p.n, 0}};
  return form;
}

/// The product with B packed: [n / panel, k, panel]. None where `panel` does not divide n.
inline std::optional<ContractionForm> packed_form_of(const Product& p, int64_t panel) {
  if (p.n % panel) return std::nullopt;
  ContractionForm form = form_of(p);
  form.outer = {{p.n / panel, 0, p.k * panel, panel}};
  form.columns = {panel, 0, 1, 1};
  form.reductions[0].b = panel;
  return form;
}

/// x [count, side + 2 * padding, ..., in] with its halo, weights [kernel, kernel, in, out] -> [count, OH, OW, out].
inline ContractionForm forward_form_of(const Convolution& c) {
  const int64_t wide = c.side + 2 * c.padding, o = c.out_side();
  ContractionForm form;
  form.rows = {{c.count, wide * wide * c.in, 0, o * o * c.out},
               {o, c.stride * wide * c.in, 0, o * c.out},
               {o, c.stride * c.in, 0, c.out}};
  form.columns = {c.out, 0, 1, 1};
  form.reductions = {
      {c.kernel, wide * c.in, c.kernel * c.in * c.out, 0}, {c.kernel, c.in, c.in * c.out, 0}, {c.in, 1, c.out, 0}};
  if (c.padding) form.halo = {1, 0, c.stride, 1, c.padding, c.padding + c.side};
  return form;
}

/// Makes the halo of `images`, x of the forms above and below, zeros, in as many elements as the forms read.
inline void clear_halo(const Convolution& images, float* x, int64_t elements) {
  const int64_t wide = images.side + 2 * images.padding;
  auto inside = [&](int64_t i) { return i >= images.padding && i < images.padding + images.side; };
  for (int64_t i = 0; i < elements; ++i) {
    const int64_t pixel = i / images.in;
    if (!inside(pixel % wide) || !inside(pixel / wide % wide)) x[i] = 0;
  }
}

/// The convolution of the cotangent, with the weights turned, that is the input's gradient. None for a stride, of which
/// the compiler makes several convolutions.
inline std::optional<Convolution> data_gradient_of(const Convolution& c) {
  if (c.stride > 1) return std::nullopt;
  return Convolution{c.count, c.out, c.out_side(), c.in, c.kernel, 1, c.kernel - 1 - c.padding};
}

inline std::optional<ContractionForm> data_gradient_form_of(const Convolution& c) {
  const auto gradient = data_gradient_of(c);
  return gradient ? std::optional(forward_form_of(*gradient)) : std::nullopt;
}

/// x with its halo and the cotangent [count, OH, OW, out] -> [parts, kernel, kernel, in, out], of as many parts of the
/// images as the compiler sums first; without that axis where it is one.
inline ContractionForm weight_gradient_form_of(const Convolution& c) {
  const int64_t wide = c.side + 2 * c.padding, o = c.out_side(), weight = c.kernel * c.kernel * c.in * c.out;
  const int64_t image = wide * wide * c.in, cotangent = o * o * c.out, read = c.side * c.side * c.in + cotangent;
  const int64_t parts = stator::kernels::imageParts(c.count, 4 * c.count * read, 4 * weight), each = c.count / parts;
  ContractionForm form;
  if (parts > 1) form.outer = {{parts, each * image, each * cotangent, weight}};
  form.rows = {
      {c.kernel, wide * c.in, 0, c.kernel * c.in * c.out}, {c.kernel, c.in, 0, c.in * c.out}, {c.in, 1, 0, c.out}};
  form.columns = {c.out, 0, 1, 1};
  form.reductions = {
      {each, image, cotangent, 0}, {o, c.stride * wide * c.in, o * c.out, 0}, {o, c.stride * c.in, c.out, 0}};
  if (c.padding) form.halo = {0, 1, 1, c.stride, c.padding, c.padding + c.side};
  return form;
}

}  // namespace bench
