// What a program consists of, function by function and layer by layer; and as a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/interface/graph.h"
#include "runtime/error.h"

namespace stator {

/// A layer as one function uses it. What lies below it counts too.
struct LayerSummary {
  Name path;            // in the model: `layer1.0.conv1`; empty for the model itself
  Name type;            // without its arguments: `Conv2d`
  int parent = -1;      // index of the layer around it
  bool used = false;    // whether it takes part in the function
  TensorSpec output;    // of its last call
  long parameters = 0;  // learned numbers
  long flops = 0;       // of one pass forward, every symbol counted as 1; as stator::flops counts
};

/// A function's layers, each one behind the layer around it; the first is the model.
struct FunctionSummary {
  Name name;
  std::vector<LayerSummary> layers;

  /// The layer of that path. Errors: UserError where there is none.
  constexpr const LayerSummary& operator[](std::string_view path) const {
    for (const LayerSummary& layer : layers)
      if (layer.path == path) return layer;
    throw UserError("summary: the model has no layer of that path");
  }
};

struct Summary {
  std::vector<FunctionSummary> functions;

  /// The function of that name. Errors: UserError where there is none.
  constexpr const FunctionSummary& operator[](std::string_view name) const {
    for (const FunctionSummary& function : functions)
      if (function.name == name) return function;
    throw UserError("summary: the program has no function of that name");
  }
};

/// A table for each function: layers (types), output shapes, parameters, FLOPs. Source: torchinfo.summary.
std::string to_text(const Summary& summary);

}  // namespace stator
