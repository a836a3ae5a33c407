// A convolution by Winograd's transforms, with its epilogue: a block of tiles at a time, whose transforms and products
// lie in scratch memory alone.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/contraction_form.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/cpu/fusion/winograd_schedule.h"
#include "compiler/ir/winograd.h"
#include "compiler/kernels/contraction_tile.h"
#include "compiler/kernels/emit_contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace stator::cpu {
namespace {

namespace arith = mlir::arith;

class WinogradEmitter {
 public:
  WinogradEmitter(const IndexBuilder& ix, ir::FusionOp fusion, ir::WinogradConvolutionOp op,
                  const WinogradSchedule& schedule, const Target& target, const KernelArguments& arguments)
      : ix_(ix),
        op_(op),
        s_(schedule),
        target_(target),
        arguments_(arguments),
        values_(bindArguments(fusion, arguments.inputs)),
        results_(yielded(fusion)),
        vector_(mlir::VectorType::get({schedule.lanes}, ix.builder.getF32Type())),
        scratch_(ownScratch()) {}

  void run() {
    ix_.forShare(arguments_.chunk, s_.blocks, s_.chunks, [&](Value block) {
      Value first = ix_.multiply(block, s_.blockTiles);
      ix_.loop(s_.blockTiles, [&](Value tile) { transform(first, tile); });
      multiply();
      ix_.loop(s_.blockTiles, [&](Value tile) { finish(first, tile); });
    });
  }

 private:
  /// Where a tile's first element lies in the result, and so its first of four by four in the padded image.
  struct Place {
    Value image, row, column;  ///< the latter in tiles
  };

  Place placeOf(Value tile) const {
    Values digits = ix_.split(tile, {s_.images, s_.tileRows, s_.tileColumns});
    return {digits[0], digits[1], digits[2]};
  }

  /// The chunk's part of the scratch, which may be all of it.
  Value ownScratch() {
    auto all = llvm::cast<mlir::MemRefType>(arguments_.scratch.getType());
    int64_t own = s_.chunkScratchElements();
    if (all.getNumElements() == own) return arguments_.scratch;
    auto layout = mlir::StridedLayoutAttr::get(all.getContext(), mlir::ShapedType::kDynamic, {1});
    auto part = mlir::MemRefType::get({own}, all.getElementType(), layout);
    return ix_.builder.create<mlir::memref::ReinterpretCastOp>(
        ix_.location, part, arguments_.scratch, mlir::OpFoldResult(ix_.multiply(arguments_.chunk, own)),
        llvm::ArrayRef<mlir::OpFoldResult>{ix_.builder.getIndexAttr(own)},
        llvm::ArrayRef<mlir::OpFoldResult>{ix_.builder.getIndexAttr(1)});
  }

  auto adding() {
    return [this](Value a, Value b) -> Value { return ix_.builder.create<arith::AddFOp>(ix_.location, a, b); };
  }
  auto subtracting() {
    return [this](Value a, Value b) -> Value { return ix_.builder.create<arith::SubFOp>(ix_.location, a, b); };
  }

  /// Vectors of channels, `body` with the first of each.
  void forVectors(int64_t channels, llvm::function_ref<void(Value first)> body) {
    ix_.loop(ix_.constant(0), ix_.constant(channels), s_.lanes, {}, [&](Value first, ValueRange) {
      body(first);
      return Values{};
    });
  }

  LaneIndex channelsAt(Value first) const { return {first, 1, 0, 1, s_.lanes, {}}; }

  /// Row or column `offset` of a tile's four in an image of `extent`. What lies behind the image, which an odd result
  /// asks for, reaches none of its elements: any number will do.
  LaneIndex inImage(Value tile, int64_t offset, int64_t extent) const {
    LaneIndex at{tile, 2, offset, 0, 1, {}};
    if (offset < 3 || extent % 2 == 0) return at;
    IndexMath math{ix_, s_.lanes};
    Value last = ix_.constant(extent - 1);
    return {ix_.builder.create<arith::MinUIOp>(ix_.location, math.start(at), last), 1, 0, 0, 1, {}};
  }

  /// Tile `tile` of the block: four by four elements of each channel, transformed, to 16 places of the scratch. Behind
  /// the last tile that one is taken again.
  void transform(Value first, Value tile) {
    Value number = ix_.add(first, tile);
    if (s_.tiles() % s_.blockTiles)
      number = ix_.builder.create<arith::MinUIOp>(ix_.location, number, ix_.constant(s_.tiles() - 1));
    Place place = placeOf(number);
    int64_t height = s_.height + 2, width = s_.width + 2;
    forVectors(s_.channels, [&](Value channel) {
      Evaluator evaluator(ix_, s_.lanes, values_);
      winograd::Square4<Value> d;
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) {
          TensorIndex index;
          index.groups = {{s_.images, {place.image, 1, 0, 0, 1, {}}},
                          {height, inImage(place.row, i, height)},
                          {width, inImage(place.column, j, width)},
                          {s_.channels, channelsAt(channel)}};
          d[i][j] = evaluator.evaluate(op_.getX(), index);
        }
      d = winograd::transformInput(d, adding(), subtracting());
      Value at = ix_.add(ix_.add(ix_.multiply(tile, s_.channels), channel), s_.pieceStart());
      for (int i = 0; i < 16; ++i)
        kernels::storeVector(ix_.builder, ix_.location, d[i / 4][i % 4], scratch_,
                             ix_.add(at, i * s_.blockTiles * s_.channels), Value());
    });
  }

  /// 16 products of matrices.
  void multiply() {
    auto store = [&](mlir::OpBuilder& builder, mlir::Location location, ValueRange outer, ValueRange rows, Value column,
                     Value vector, Value mask) {
      Value at = kernels::contractionOffset(builder, location, s_.products, outer, rows, column);
      kernels::storeVector(builder, location, vector, scratch_,
                           IndexBuilder{builder, location}.add(at, s_.productStart()), mask);
    };
    Value weight = values_.buffers[viewOf(op_.getWeight()).buffer];
    kernels::emitContraction(ix_.builder, ix_.location, s_.products, s_.productSchedule, target_, scratch_, weight,
                             scratch_, ix_.constant(0), store);
  }

  /// Tile `tile` of the block: its products, transformed back, through the epilogue to the results.
  void finish(Value first, Value tile) {
    Value number = ix_.add(first, tile);
    Value isThere = s_.tiles() % s_.blockTiles ? ix_.less(number, s_.tiles()) : Value();
    ix_.branch(isThere, [&] { finishPlace(placeOf(number), tile); }, [] {});
  }

  void finishPlace(const Place& place, Value tile) {
    forVectors(s_.results, [&](Value channel) {
      Value at = ix_.add(ix_.add(ix_.multiply(tile, s_.results), channel), s_.productStart());
      winograd::Square4<Value> m;
      for (int i = 0; i < 16; ++i)
        m[i / 4][i % 4] =
            kernels::loadVector(ix_, vector_, scratch_, {ix_.add(at, i * s_.blockTiles * s_.results), 0}, Value());
      auto four = winograd::transformOutput(m, adding(), subtracting());
      for (int i = 0; i < 4; ++i) finishElement(place, i / 2, i % 2, channel, four[i / 2][i % 2]);
    });
  }

  /// One of a tile's four elements, if the result has it.
  void finishElement(const Place& place, int row, int column, Value channel, Value vector) {
    TensorIndex index;
    index.groups = {{s_.images, {place.image, 1, 0, 0, 1, {}}},
                    {s_.height, {place.row, 2, row, 0, 1, {}}},
                    {s_.width, {place.column, 2, column, 0, 1, {}}},
                    {s_.results, channelsAt(channel)}};
    Value inRows = row && s_.height % 2 ? ix_.less(place.row, s_.tileRows - 1) : Value();
    Value inColumns = column && s_.width % 2 ? ix_.less(place.column, s_.tileColumns - 1) : Value();
    ix_.branch(inRows, [&] { ix_.branch(inColumns, [&] { store(index, vector); }, [] {}); }, [] {});
  }

  void store(const TensorIndex& index, Value vector) {
    values_.vectors[op_.getResult()] = vector;
    Evaluator evaluator(ix_, s_.lanes, values_);
    Values computed;
    for (Value result : results_) computed.push_back(evaluator.evaluate(result, index));
    for (auto [result, lanes, output] : llvm::zip_equal(results_, computed, arguments_.outputs))
      storeLanes(evaluator.math(), lanes, output, mlir::getElementTypeOrSelf(result), index);
  }

  IndexBuilder ix_;
  ir::WinogradConvolutionOp op_;
  const WinogradSchedule& s_;
  const Target& target_;
  const KernelArguments& arguments_;
  RegionValues values_;
  Values results_;
  mlir::VectorType vector_;
  Value scratch_;
};

}  // namespace

FusionKernel planWinograd(ir::FusionOp fusion, ir::WinogradConvolutionOp op, const Target& target) {
  WinogradSchedule schedule = scheduleWinograd(op, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.scratchElement = mlir::Float32Type::get(fusion.getContext());
  kernel.scratchOnStack = schedule.chunkScratchElements() * storageBytes(kernel.scratchElement) <= mostOnStack;
  kernel.scratchElements = schedule.chunkScratchElements() * (kernel.scratchOnStack ? 1 : schedule.chunks);
  kernel.emit = [=](const IndexBuilder& ix, const KernelArguments& arguments) {
    WinogradEmitter(ix, fusion, op, schedule, target, arguments).run();
  };
  return kernel;
}

}  // namespace stator::cpu
