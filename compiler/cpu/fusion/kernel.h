// A fusion as a kernel: how it is cut into chunks, what scratch it needs, and the emitter of one chunk.
#pragma once

#include <functional>
#include <optional>

#include "compiler/cpu/fusion/evaluate.h"
#include "compiler/cpu/target.h"

namespace stator::cpu {

/// What a kernel works on. Buffers are one-dimensional static memrefs of storage types.
struct KernelArguments {
  Values inputs;
  Values outputs;
  Value scratch;  ///< memref<scratchElements x scratchElement>; null where none is needed
  Value chunk;    ///< an index in [0, chunks)
};

/// Bytes of a chunk's scratch that any thread's stack has room for. There a thread's chunks use the same bytes one
/// after the other, which stay in its cache; in the arena each chunk has bytes of its own.
inline constexpr int64_t mostOnStack = 64 << 10;

struct FusionKernel {
  int64_t chunks = 1;
  int64_t scratchElements = 0;
  mlir::Type scratchElement;
  bool scratchOnStack = false;  ///< it is one chunk's, on the stack of the thread that runs it
  std::function<void(const IndexBuilder& ix, const KernelArguments& arguments)> emit;
};

/// The kernel of a fusion of any kind, by the ops in its region.
/// Errors: InternalError for a region that is not of its kind's form, or an op without vector code.
FusionKernel planKernel(ir::FusionOp fusion, const Target& target);

FusionKernel planMap(ir::FusionOp fusion, const Target& target);
/// A copy that turns a matrix round; none where the fusion is anything else.
std::optional<FusionKernel> planTurnedCopy(ir::FusionOp fusion, const Target& target);
FusionKernel planReduction(ir::FusionOp fusion, const Target& target);
FusionKernel planScatter(ir::FusionOp fusion, const Target& target);
FusionKernel planContraction(ir::FusionOp fusion, const Target& target);
FusionKernel planWinogradWeight(ir::FusionOp fusion, ir::WinogradWeightOp op, const Target& target);
FusionKernel planWinograd(ir::FusionOp fusion, ir::WinogradConvolutionOp op, const Target& target);
FusionKernel planAttention(ir::FusionOp fusion, const Target& target);

/// The fusion's arguments with their buffers.
RegionValues bindArguments(ir::FusionOp fusion, ValueRange inputs);

/// The values that a fusion yields.
mlir::OperandRange yielded(ir::FusionOp fusion);

}  // namespace stator::cpu
