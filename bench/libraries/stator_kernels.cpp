// Stator's kernels of contractions, each compiled alone.
#include <algorithm>
#include <cstdlib>

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

/// All chunks of a form's kernel, one after the other.
Call kernel_of(const ContractionForm& form) {
  struct Held {
    ContractionSchedule schedule;
    cpu::SingleKernel kernel;
    std::shared_ptr<float> a, b, c, scratch, bias;
  };
  using Entry = void(float*, float*, float*, float*, float*, int64_t);
  const ContractionBuffers sizes = contractionBuffers(form);
  const ContractionSchedule schedule = scheduleContraction(form, target());
  auto held = std::make_shared<Held>(Held{schedule, compileContraction(form, schedule, target()), operand(sizes.a),
                                          operand(sizes.b), operand(sizes.c), operand(schedule.scratchElements() + 16),
                                          operand(form.columns.extent)});
  return [held, entry = held->kernel.entry<Entry>()] {
    for (int64_t chunk = 0; chunk < held->schedule.chunks; ++chunk)
      entry(held->a.get(), held->b.get(), held->c.get(), held->scratch.get(), held->bias.get(), chunk);
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
  if (way == Way::weight_gradient) return kernel_of(weight_gradient_form_of(convolution));
  const auto form = data_gradient_form_of(convolution);
  return form ? kernel_of(*form) : nullptr;
}

}  // namespace

std::shared_ptr<float> operand(int64_t elements) {
  std::shared_ptr<float> memory(static_cast<float*>(std::aligned_alloc(4096, (elements * 4 + 4095) / 4096 * 4096)),
                                std::free);
  for (int64_t i = 0; i < elements; ++i) memory.get()[i] = static_cast<float>(i * 7 % 13) / 8 - 0.75f;
  return memory;
}

Peer stator_kernels() {
  return {"stator",
          [](const Product& product, bool packed) {
            return packed ? packed_product(product) : kernel_of(form_of(product));
          },
          convolution_of};
}

}  // namespace bench
