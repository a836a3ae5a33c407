// Buffers as attributes.
#include "compiler/memory/buffer.h"

#include <iterator>

#include "compiler/ir/tensor_type.h"
#include "runtime/error.h"

namespace stator::memory {

static constexpr llvm::StringLiteral baseNames[]{"state", "arena", "input", "result", "arguments"};

Buffer Buffer::movedBy(int64_t bytes) const {
  Buffer moved = *this;
  moved.offset_bytes += bytes;
  return moved;
}

mlir::Attribute toAttribute(mlir::MLIRContext* context, const Buffer& buffer) {
  mlir::Builder b(context);
  llvm::SmallVector<mlir::NamedAttribute> fields{
      b.getNamedAttr("base", b.getStringAttr(baseNames[static_cast<int>(buffer.base)])),
      b.getNamedAttr("offset", b.getI64IntegerAttr(buffer.offset_bytes))};
  if (buffer.base == Base::input || buffer.base == Base::result)
    fields.push_back(b.getNamedAttr("index", b.getI64IntegerAttr(buffer.index)));
  llvm::SmallVector<int64_t> strides;
  for (const Stride& stride : buffer.strides) strides.append({stride.counter_bytes, stride.step_bytes});
  if (!strides.empty()) fields.push_back(b.getNamedAttr("strides", b.getDenseI64ArrayAttr(strides)));
  return b.getDictionaryAttr(fields);
}

Buffer bufferOf(mlir::Attribute attribute) {
  auto fields = llvm::dyn_cast_or_null<mlir::DictionaryAttr>(attribute);
  auto base = fields ? fields.getAs<mlir::StringAttr>("base") : nullptr;
  auto offset = fields ? fields.getAs<mlir::IntegerAttr>("offset") : nullptr;
  const auto* name = base ? llvm::find(baseNames, base.getValue()) : std::end(baseNames);
  if (name == std::end(baseNames) || !offset) throw InternalError("plan-memory: an attribute is not a buffer");
  auto index = fields.getAs<mlir::IntegerAttr>("index");
  Buffer buffer{static_cast<Base>(name - std::begin(baseNames)), index ? index.getInt() : 0, offset.getInt()};
  if (auto strides = fields.getAs<mlir::DenseI64ArrayAttr>("strides"))
    for (int64_t i = 0; i + 1 < strides.size(); i += 2) buffer.strides.push_back({strides[i], strides[i + 1]});
  return buffer;
}

llvm::SmallVector<Buffer> buffersOf(ir::FusionOp fusion) {
  auto attributes = fusion->getAttrOfType<mlir::ArrayAttr>(buffersAttr);
  if (!attributes || attributes.size() != fusion.getNumOperands() + fusion.getNumResults())
    throw InternalError("lower-cpu: a fusion has no buffers; plan-memory gives them");
  llvm::SmallVector<Buffer> buffers;
  for (mlir::Attribute attribute : attributes) buffers.push_back(bufferOf(attribute));
  return buffers;
}

bool keepsHistory(ir::ScanOp scan, unsigned state) {
  return llvm::any_of(scan.stepResults(), [&](mlir::Value result) {
    auto history = scan.historyOf(result);
    return history && history->state == state;
  });
}

int64_t sizeBytes(mlir::Type tensor) {
  auto type = llvm::cast<mlir::RankedTensorType>(tensor);
  return type.getNumElements() * size_bytes(ir::dtypeOf(type.getElementType()));
}

}  // namespace stator::memory
