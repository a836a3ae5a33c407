// Contexts that wait for their next compilation.
#include "compiler/pipeline/lent_context.h"

#include "compiler/cpu/waiting.h"
#include "compiler/ir/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator {

namespace {

constexpr int mostUses = 64;

mlir::DialectRegistry dialects() {
  mlir::DialectRegistry registry;
  cpu::registerCpuDialects(registry);
  registry.insert<mlir::func::FuncDialect, ir::StatorDialect>();
  return registry;
}

mlir::MLIRContext& loaded(mlir::MLIRContext& context) {
  context.loadAllAvailableDialects();
  return context;
}

}  // namespace

struct LentContext::Kept {
  mlir::MLIRContext context{dialects(), mlir::MLIRContext::Threading::DISABLED};
  cpu::LlvmLowering lowering{loaded(context)};
  int uses = 0;
};

namespace {

cpu::Waiting<LentContext::Kept>& waiting() {
  static cpu::Waiting<LentContext::Kept> all;
  return all;
}

}  // namespace

LentContext::LentContext(bool keeps) : kept_(waiting().take([](const Kept&) { return true; })), keeps_(keeps) {
  if (!kept_) kept_ = std::make_unique<Kept>();
  ++kept_->uses;
}

LentContext::~LentContext() {
  if (keeps_ && kept_->uses < mostUses) waiting().give(std::move(kept_));
}

mlir::MLIRContext& LentContext::get() const { return kept_->context; }

const cpu::LlvmLowering& LentContext::lowering() const { return kept_->lowering; }

}  // namespace stator
