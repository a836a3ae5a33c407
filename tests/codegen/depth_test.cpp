// Depth: a training step of more equal blocks has no more kernels.
#include "compiler/cpu/lower_cpu.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "dsl/stator.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tests/catch.h"
#include "tests/properties/planned_module.h"

namespace stator::tests {
namespace {

struct Block {
  Linear<16, 64> up;
  Linear<64, 16> down;
  Parameter<f32, 16> scale = fill(1);
  constexpr auto operator()(auto x) const {
    auto centred = x - mean<-1>(x, keepdim);
    auto normal = centred * rsqrt(mean<-1>(square(centred), keepdim) + 1e-5) * scale;
    return x + down(relu(up(normal)));
  }
};
template <int Depth> struct Stack {
  std::array<Block, Depth> blocks;
  constexpr auto operator()(auto x) const {
    for (const Block& block : blocks) x = block(x);
    return x;
  }
};

template <int Depth> ProgramGraph graph_of() {
  using Rows = Tensor<f32, batch, 16>;
  return program<Stack<Depth>>(train_step<Rows>([](const auto& net, auto x) { return mean(square(net(x))); }, AdamW{}))
      .graph();
}

/// How many kernels a program compiles to.
long count_kernels(const ProgramGraph& graph) {
  mlir::DialectRegistry registry;
  cpu::registerCpuDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = planned_module(context, graph, 8);
  cpu::lowerCpu(*module, cpu::resolveTarget("x86-64"));
  auto kernels = module->getOps<mlir::LLVM::LLVMFuncOp>();
  return std::distance(kernels.begin(), kernels.end());
}

}  // namespace

TEST_CASE("equal blocks share their kernels") {
  const long few = count_kernels(graph_of<4>());
  CHECK(few > 4);
  CHECK(count_kernels(graph_of<12>()) == few);
}

}  // namespace stator::tests
