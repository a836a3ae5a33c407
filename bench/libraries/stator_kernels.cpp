// Stator's kernels of contractions, each compiled alone.
#include <utility>

#include "bench/libraries/peer.h"
#include "compiler/kernels/single_contraction.h"

namespace bench {

namespace {

using namespace stator::kernels;
namespace cpu = stator::cpu;

const cpu::Target& target() {
  static const cpu::Target native = cpu::resolveTarget("native");
  return native;
}

/// All chunks of a form's kernel, one after the other, on operands of its own.
struct Kernel {
  using Entry = void(float*, float*, float*, float*, float*, int64_t);

  explicit Kernel(const ContractionForm& form)
      : schedule(scheduleContraction(form, target())),
        code(compileContraction(form, schedule, target())),
        a(operand(contractionBuffers(form).a)),
        b(operand(contractionBuffers(form).b)),
        c(operand(contractionBuffers(form).c)),
        scratch(operand(schedule.scratchElements() + 16)),
        bias(operand(form.columns.extent)) {}

  void run() const {
    for (int64_t chunk = 0; chunk < schedule.chunks; ++chunk)
      entry(a.get(), b.get(), c.get(), scratch.get(), bias.get(), chunk);
  }

  ContractionSchedule schedule;
  cpu::SingleKernel code;
  std::shared_ptr<float> a, b, c, scratch, bias;
  Entry* entry = code.entry<Entry>();
};

Call kernel_of(const ContractionForm& form) {
  return [kernel = std::make_shared<Kernel>(form)] { kernel->run(); };
}

/// The gradients of all parts of the images, and their sum, which takes the first one's place.
Call weight_gradient_of(const Convolution& convolution) {
  const ContractionForm form = weight_gradient_form_of(convolution);
  if (form.outer.empty()) return kernel_of(form);
  const auto [parts, weight] = std::pair(form.outer[0].extent, form.outer[0].c);
  return [kernel = std::make_shared<Kernel>(form), parts = parts, weight = weight] {
    kernel->run();
    float* const sum = kernel->c.get();
    for (int64_t part = 1; part < parts; ++part)
      for (int64_t i = 0; i < weight; ++i) sum[i] += sum[part * weight + i];
  };
}

/// With B in panels as wide as registers take. Columns that fall into no whole panels stay side by side.
Call packed_product(const Product& product) {
  Product plain{product.transposed(0) ? "TN" : "NN", product.m, product.k, product.n};
  const int64_t lanes = target().lanes();
  const int64_t widest = scheduleContraction(form_of(plain), target()).panelColumns;
  for (int64_t panel = widest; panel >= lanes; panel -= lanes)
    if (auto form = packed_form_of(plain, panel)) return kernel_of(*form);
  return kernel_of(form_of(plain));
}

Call convolution_of(const Convolution& convolution, Way way) {
  if (way == Way::forward) return kernel_of(forward_form_of(convolution));
  if (way == Way::weight_gradient) return weight_gradient_of(convolution);
  const auto form = data_gradient_form_of(convolution);
  return form ? kernel_of(*form) : nullptr;
}

}  // namespace

Peer stator_kernels() {
  return {"stator",
          [](const Product& product, bool packed) {
            return packed ? packed_product(product) : kernel_of(form_of(product));
          },
          convolution_of};
}

}  // namespace bench
