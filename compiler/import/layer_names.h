// Which layer each node of a graph belongs to: where a profile and a dump say that an op comes from.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/graph.h"

namespace stator::ir {

/// For each node the path of its layer (`h.0.attn.proj`), or nothing where no parameter led to it. A trace does not
/// record which layer asked for an op, and a layer is known by its state: an op that brings data together with what is
/// computed from state alone belongs to the layer of that state; any other op to the layer of the newest of its
/// operands, where a single number counts for less than a tensor. A gradient and the update of a parameter belong to
/// the parameter's layer.
std::vector<std::string> layerNames(const ProgramGraph& program, const Function& function);

}  // namespace stator::ir
