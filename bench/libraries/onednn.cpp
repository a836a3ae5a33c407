// oneDNN: its primitives on one thread.
#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

#include "bench/libraries/peer.h"

namespace bench {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;
constexpr auto f32 = memory::data_type::f32;

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// Operands as the primitive wants them, by the number of their argument.
struct Argument {
  int index;
  memory::desc desc;
};

/// Runs `primitive` on memory of its own.
Call calls(const dnnl::primitive& primitive, const std::vector<Argument>& arguments) {
  struct Held {
    dnnl::primitive primitive;
    dnnl::stream stream;
    std::vector<std::shared_ptr<float>> operands;
    std::unordered_map<int, memory> arguments;
  };
  auto held = std::make_shared<Held>(Held{primitive, dnnl::stream(processor()), {}, {}});
  for (const auto& [index, desc] : arguments) {
    held->operands.push_back(operand(static_cast<int64_t>(desc.get_size() / sizeof(float)) + 1));
    held->arguments[index] = memory(desc, processor(), held->operands.back().get());
  }
  return [held] {
    held->primitive.execute(held->stream, held->arguments);
    held->stream.wait();
  };
}

Call product_of(const Product& p, bool packed) {
  const memory::desc a({p.m, p.k}, f32, p.transposed(0) ? Tag::ba : Tag::ab);
  const memory::desc b({p.k, p.n}, f32, packed ? Tag::any : p.transposed(1) ? Tag::ba : Tag::ab);
  const memory::desc c({p.m, p.n}, f32, Tag::ab);
  const dnnl::matmul::primitive_desc chosen(dnnl::matmul::desc(a, b, c), processor());
  return calls(dnnl::matmul(chosen), {{DNNL_ARG_SRC, chosen.src_desc()},
                                      {DNNL_ARG_WEIGHTS, chosen.weights_desc()},
                                      {DNNL_ARG_DST, chosen.dst_desc()}});
}

Call convolution_of(const Convolution& c, Way way) {
  const memory::desc x({c.count, c.in, c.side, c.side}, f32, Tag::any);
  const memory::desc w({c.out, c.in, c.kernel, c.kernel}, f32, Tag::any);
  const memory::desc y({c.count, c.out, c.out_side(), c.out_side()}, f32, Tag::any);
  const memory::dims stride{c.stride, c.stride}, padding{c.padding, c.padding};
  constexpr auto direct = dnnl::algorithm::convolution_direct;
  const dnnl::convolution_forward::primitive_desc forward(
      dnnl::convolution_forward::desc(dnnl::prop_kind::forward_training, direct, x, w, y, stride, padding, padding),
      processor());
  if (way == Way::forward)
    return calls(dnnl::convolution_forward(forward), {{DNNL_ARG_SRC, forward.src_desc()},
                                                      {DNNL_ARG_WEIGHTS, forward.weights_desc()},
                                                      {DNNL_ARG_DST, forward.dst_desc()}});
  if (way == Way::data_gradient) {
    const dnnl::convolution_backward_data::primitive_desc chosen(
        dnnl::convolution_backward_data::desc(direct, x, w, y, stride, padding, padding), processor(), forward);
    return calls(dnnl::convolution_backward_data(chosen), {{DNNL_ARG_DIFF_SRC, chosen.diff_src_desc()},
                                                           {DNNL_ARG_WEIGHTS, chosen.weights_desc()},
                                                           {DNNL_ARG_DIFF_DST, chosen.diff_dst_desc()}});
  }
  const dnnl::convolution_backward_weights::primitive_desc chosen(
      dnnl::convolution_backward_weights::desc(direct, x, w, y, stride, padding, padding), processor(), forward);
  return calls(dnnl::convolution_backward_weights(chosen), {{DNNL_ARG_SRC, chosen.src_desc()},
                                                            {DNNL_ARG_DIFF_WEIGHTS, chosen.diff_weights_desc()},
                                                            {DNNL_ARG_DIFF_DST, chosen.diff_dst_desc()}});
}

}  // namespace

Peer onednn() {
  omp_set_num_threads(1);
  return {"onednn", product_of, convolution_of};
}

}  // namespace bench
