// Stator's kernels of contractions, each compiled alone.
#include <algorithm>
#include <cstdlib>

#include "bench/libraries/peer.h"
#include "compiler/kernels/image_parts.h"
#include "compiler/kernels/single_contraction.h"

namespace bench {

namespace {

using namespace stator::kernels;
namespace cpu = stator::cpu;

const cpu::Target& target() {
  static const cpu::Target native = cpu::resolveTarget("native");
  return native;
}

/// All chunks of a form's kernel, one after the other. `result`: where C goes; null: to memory of its own.
Call kernel_of(const ContractionForm& form, std::shared_ptr<float> result = nullptr) {
  struct Held {
    ContractionSchedule schedule;
    cpu::SingleKernel kernel;
    std::shared_ptr<float> a, b, c, scratch, bias;
  };
  using Entry = void(float*, float*, float*, float*, float*, int64_t);
  const ContractionBuffers sizes = contractionBuffers(form);
  const ContractionSchedule schedule = scheduleContraction(form, target());
  auto held = std::make_shared<Held>(Held{schedule, compileContraction(form, schedule, target()), operand(sizes.a),
                                          operand(sizes.b), result ? result : operand(sizes.c),
                                          operand(schedule.scratchElements() + 16), operand(form.columns.extent)});
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

/// As the phase `reassociate` has it: for parts of the images first, then summed.
Call weight_gradient_of(const Convolution& c) {
  ContractionForm form = weight_gradient_form_of(c);
  const ContractionBuffers sizes = contractionBuffers(form);
  const int64_t parts = imageParts(c.count, 4 * (sizes.a + sizes.b), 4 * sizes.c), elements = sizes.c;
  if (parts == 1) return kernel_of(form);
  Dim& images = form.reductions.front();
  images.extent /= parts;
  form.outer.push_back({parts, images.extent * images.a, images.extent * images.b, elements});
  std::shared_ptr<float> stack = operand(parts * elements), sum = operand(elements);
  return [each = kernel_of(form, stack), stack, sum, parts, elements] {
    each();
    std::copy_n(stack.get(), elements, sum.get());
    for (int64_t part = 1; part < parts; ++part)
      for (int64_t i = 0; i < elements; ++i) sum.get()[i] += stack.get()[part * elements + i];
  };
}

Call convolution_of(const Convolution& convolution, Way way) {
  if (way == Way::forward) return kernel_of(forward_form_of(convolution));
  if (way == Way::weight_gradient) return weight_gradient_of(convolution);
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
