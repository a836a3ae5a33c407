// The form that matrix products and convolutions share, as data.
#include "compiler/kernels/contraction.h"

#include <algorithm>

namespace stator::kernels {

int64_t extentProduct(llvm::ArrayRef<Dim> dims) {
  int64_t product = 1;
  for (const Dim& dim : dims) product *= dim.extent;
  return product;
}

int64_t multiplyCount(const ContractionForm& form) {
  return extentProduct(form.outer) * extentProduct(form.rows) * form.columns.extent * extentProduct(form.reductions);
}

int64_t span(const ContractionForm& form, int64_t Dim::* stride) {
  int64_t last = (form.columns.extent - 1) * std::max<int64_t>(form.columns.*stride, 0);
  for (llvm::ArrayRef<Dim> dims :
       {llvm::ArrayRef(form.outer), llvm::ArrayRef(form.rows), llvm::ArrayRef(form.reductions)})
    for (const Dim& dim : dims) last += (dim.extent - 1) * std::max<int64_t>(dim.*stride, 0);
  return last + 1;
}

llvm::SmallVector<Dim, 4> mergeDims(llvm::ArrayRef<Dim> dims) {
  llvm::SmallVector<Dim, 4> merged;
  for (const Dim& dim : dims) {
    if (dim.extent == 1) continue;
    if (!merged.empty()) {
      Dim& last = merged.back();
      if (last.a == dim.extent * dim.a && last.b == dim.extent * dim.b && last.c == dim.extent * dim.c) {
        last = {last.extent * dim.extent, dim.a, dim.b, dim.c};
        continue;
      }
    }
    merged.push_back(dim);
  }
  if (merged.empty()) merged.push_back(Dim{});
  return merged;
}

}  // namespace stator::kernels
