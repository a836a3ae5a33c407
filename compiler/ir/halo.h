// What the layout phase knows of a padded image, as an attribute of the convolution that reads it.
#pragma once

#include <optional>
#include <utility>

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace stator::ir {

inline constexpr llvm::StringLiteral haloAttribute = "stator.halo";

/// Says that the first `top` and the last `bottom` rows of pixels of the convolution's x are zeros: terms with them add
/// nothing and may be left out.
inline void setHalo(mlir::Operation* convolution, int64_t top, int64_t bottom) {
  auto rows = mlir::DenseI64ArrayAttr::get(convolution->getContext(), {top, bottom});
  if (top || bottom) convolution->setAttr(haloAttribute, rows);
}

/// Top and bottom, if it was said.
inline std::optional<std::pair<int64_t, int64_t>> haloOf(mlir::Operation* convolution) {
  auto rows = convolution->getAttrOfType<mlir::DenseI64ArrayAttr>(haloAttribute);
  if (!rows) return std::nullopt;
  return std::pair(rows[0], rows[1]);
}

}  // namespace stator::ir
