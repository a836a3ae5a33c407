// What a library offers for a shape: each call of the result does the work once, on operands of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/shapes.h"

namespace bench {

using Call = std::function<void()>;

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

/// Memory for `elements` of f32, aligned to a page, filled with numbers of both signs.
std::shared_ptr<float> operand(int64_t elements);

}  // namespace bench
