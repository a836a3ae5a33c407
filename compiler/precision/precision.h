// The pass precision: what `--precision bf16` makes of a function.
#pragma once

#include <memory>
#include <string_view>

namespace mlir {
class Pass;
}

namespace stator {

/// In which dtype products of f32 are given their factors.
enum class Precision : unsigned char { f32, bf16 };

/// The precision of that name. Errors: UserError for another one.
Precision precisionNamed(std::string_view name);

/// bf16: the factors of f32 products are rounded to it, each once. f32: nothing.
std::unique_ptr<mlir::Pass> createPrecisionPass(Precision precision = Precision::f32);

}  // namespace stator
