// Elements by their numbers: gather reads rows of a table, scatter_add sums rows into one.
#pragma once

#include "compiler/interface/operand.h"

namespace stator::rule {

/// Whether a tensor of this dtype can say which elements are meant.
constexpr bool is_index(DType dtype) { return !is_float(dtype) && dtype != DType::boolean; }

/// Rows of a table by their numbers: x [B..., R, W...], indices [B..., K...] -> [B..., K..., W...], where `axis` is how
/// many axes B has. A number outside [0, R) is brought to the nearest end: the session refuses those of inputs before.
/// Source: jnp.take_along_axis with mode="clip"; torch.embedding is axis 0.
struct Gather {
  static constexpr std::string_view name = "gather";
  long axis = 0;

  constexpr static void attributes(auto& self, auto&& visit) { visit("axis", self.axis); }
  constexpr Inferred infer(Specs operands) const {
    const TensorSpec &x = operands[0], &indices = operands[1];
    if (!is_index(indices.dtype)) return "gather: the indices are not whole numbers";
    if (axis < 0 || axis >= x.rank()) return "gather: the axis is not one of the operand's";
    if (indices.rank() < axis) return "gather: fewer axes of indices than before the gathered one";
    const Extent& rows = x.extents[int(axis)];
    if (!rows.is_number()) return "gather: the gathered extent must be a number";
    if (rows.number == 0) return "gather: there is nothing to gather from";
    if (indices.classes > rows.number) return "gather: the labels' classes exceed the gathered extent";
    if (x.rank() - 1 + indices.rank() - axis > max_rank) return "gather: the result has too many axes";
    TensorSpec result{x.dtype, indices.extents};
    for (int i = 0; i < axis; ++i)
      if (x.extents[i] != indices.extents[i]) return "gather: leading extents differ";
    for (int i = int(axis) + 1; i < x.rank(); ++i) result.extents.push(x.extents[i]);
    return result;
  }
};

/// Rows summed into a table of zeros, in their order: indices [B..., K...], rows [B..., K..., W...] -> [B..., R, W...]:
/// what gather's gradient is. The result's type carries R. Source: torch.scatter_add.
struct ScatterAdd {
  static constexpr std::string_view name = "scatter_add";
  long axis = 0;

  constexpr static void attributes(auto& self, auto&& visit) { visit("axis", self.axis); }
  constexpr Inferred check(Specs operands, const TensorSpec& result) const {
    const TensorSpec table[]{result, {operands[0].dtype, operands[0].extents}};
    Inferred rows = Gather{axis}.infer({table, 2});
    bool fits = rows.ok() && rows.spec.extents == operands[1].extents && rows.spec.dtype == operands[1].dtype;
    return fits ? Inferred(result) : "scatter_add: indices and rows do not fit the result";
  }
};

}  // namespace stator::rule
