// What a library offers for a shape: each call of the result does the work once, on operands of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/kernel_time.h"
#include "bench/shapes.h"

namespace bench {

enum class Way { forward, data_gradient, weight_gradient };

/// A library, or Stator's own kernels. A call that is null: there is no such thing.
struct Peer {
  std::string name;
  std::function<Call(const Product&, bool packed)> product;  ///< packed: B may lie as it is liked best
  std::function<Call(const Convolution&, Way)> convolution;  ///< all operands may lie as they are liked best
};

Peer stator_kernels();
Peer onednn();
Peer openblas();

/// The libraries that this program was built with.
std::vector<Peer> libraries();

}  // namespace bench
