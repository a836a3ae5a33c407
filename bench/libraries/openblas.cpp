// OpenBLAS: its matrix product on one thread. It has no packed operands, and no convolutions.
#include <cblas.h>

#include "bench/libraries/peer.h"

namespace bench {

Peer openblas() {
  openblas_set_num_threads(1);
  auto product = [](const Product& p, bool packed) -> Call {
    if (packed) return nullptr;
    return [p, a = operand(p.m * p.k), b = operand(p.k * p.n), c = operand(p.m * p.n)] {
      cblas_sgemm(CblasRowMajor, p.transposed(0) ? CblasTrans : CblasNoTrans,
                  p.transposed(1) ? CblasTrans : CblasNoTrans, static_cast<int>(p.m), static_cast<int>(p.n),
                  static_cast<int>(p.k), 1.0f, a.get(), static_cast<int>(p.transposed(0) ? p.m : p.k), b.get(),
                  static_cast<int>(p.transposed(1) ? p.k : p.n), 0.0f, c.get(), static_cast<int>(p.n));
    };
  };
  return {"openblas", product, [](const Convolution&, Way) -> Call { return nullptr; }};
}

}  // namespace bench
