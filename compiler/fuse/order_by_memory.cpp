// An order of kernels in which less waits in memory where most does.
//
//   %dx = data gradient(%dy, %w), mask of %x       %dw = weight gradient(%x, %dy)
//   %dw = weight gradient(%x, %dy)            =>   %dx = data gradient(%dy, %w), mask of %x
//
// %x ends with the second kernel now, and %dx may lie where it did.
#include "compiler/fuse/order_by_memory.h"

#include <algorithm>
#include <numeric>

#include "compiler/ir/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::fuse {
namespace {

constexpr int64_t leastBytes = 256 << 10;  ///< what is smaller stays in a cache, in whatever order
constexpr int mostMoves = 32;

class KernelOrder {
 public:
  KernelOrder(mlir::Block& block, const Grouping& grouping, const std::vector<HeldValue>& values)
      : block_(block), grouping_(grouping), values_(values), order_(grouping.order()) {
    turns_.assign(grouping.groups().size(), -1);
    before_.resize(turns_.size()), behind_.resize(turns_.size());
    number();
    for (const HeldValue& held : values)
      for (int reader : held.readers)
        if (reader != held.maker) wait(reader, held.maker);
  }

  llvm::SmallVector<int> run() {
    auto function = llvm::dyn_cast<mlir::func::FuncOp>(block_.getParentOp());
    if (!function || bytes().first < leastBytes) return order_;
    updateLast(function);
    for (int moves = 0; moves < mostMoves && moveOne(); ++moves) {}
    return order_;
  }

 private:
  struct Move {
    int from, to;
  };

  void number() {
    for (auto [turn, group] : llvm::enumerate(order_)) turns_[group] = static_cast<int>(turn);
  }

  void wait(int group, int other) { before_[group].insert(other), behind_[other].insert(group); }

  /// The bytes where most are held, then those of all moments.
  std::pair<int64_t, int64_t> bytes() const {
    std::vector<int64_t> bytes = bytesByTurn(values_, turns_);
    return {*std::max_element(bytes.begin(), bytes.end()), std::accumulate(bytes.begin(), bytes.end(), int64_t{0})};
  }

  /// State is updated in place: kernels that read an old value come first, unless they need the new one.
  void updateLast(mlir::func::FuncOp function) {
    llvm::DenseMap<mlir::Attribute, mlir::Value> slots;
    for (mlir::BlockArgument argument : function.getArguments())
      if (mlir::Attribute slot = function.getArgAttr(argument.getArgNumber(), ir::slotAttr)) slots[slot] = argument;
    for (mlir::OpOperand& operand : block_.getTerminator()->getOpOperands()) {
      mlir::Attribute slot = function.getResultAttr(operand.getOperandNumber(), ir::updateAttr);
      int writer = grouping_.groupOf(viewPath(operand.get()).base.getDefiningOp());
      if (!slot || writer < 0 || !slots.contains(slot)) continue;
      llvm::SmallSetVector<int, 4> readers;
      findReaders(slots[slot], readers);
      for (int reader : readers)
        if (reader != writer && comesBefore(reader, writer)) wait(writer, reader);
    }
  }

  void findReaders(mlir::Value value, llvm::SmallSetVector<int, 4>& readers) const {
    for (mlir::Operation* user : value.getUsers()) {
      if (user->hasTrait<mlir::OpTrait::IsTerminator>()) continue;
      if (int group = grouping_.groupOf(user); group >= 0) readers.insert(group);
      else findReaders(user->getResult(0), readers);
    }
  }

  /// Whether `group` stands before `other`, where it is put if it does not wait for it.
  bool comesBefore(int group, int other) {
    const int first = turns_[other], last = turns_[group];
    if (last < first) return true;
    llvm::DenseSet<int> waiting{other};
    for (int turn = first; turn <= last; ++turn)
      if (llvm::any_of(before_[order_[turn]], [&](int earlier) { return waiting.contains(earlier); }))
        waiting.insert(order_[turn]);
    if (waiting.contains(group)) return false;
    std::stable_partition(order_.begin() + first, order_.begin() + last + 1,
                          [&](int one) { return !waiting.contains(one); });
    number();
    return true;
  }

  /// The move that helps most at the moment when most is held; false: none does.
  bool moveOne() {
    const std::vector<int64_t> before = bytesByTurn(values_, turns_);
    auto most = std::max_element(before.begin(), before.end());
    auto least = bytes();
    Move best{-1, -1};
    for (Move move : movesPast(static_cast<int>(most - before.begin()))) {
      shift(move);
      if (auto now = bytes(); now < least) least = now, best = move;
      shift({move.to, move.from});
    }
    if (best.from < 0) return false;
    shift(best);
    return true;
  }

  void shift(Move move) {
    auto at = order_.begin();
    if (move.from < move.to) std::rotate(at + move.from, at + move.from + 1, at + move.to + 1);
    else std::rotate(at + move.to, at + move.from, at + move.from + 1);
    for (int turn = std::min(move.from, move.to); turn <= std::max(move.from, move.to); ++turn)
      turns_[order_[turn]] = turn;
  }

  llvm::SmallVector<Move> movesPast(int moment) const {
    llvm::SmallSetVector<int, 8> kernels;
    for (const HeldValue& held : values_) {
      Life life = lifeOf(held, turns_);
      if (held.isReturned || held.bytes < leastBytes / 8 || moment < life.first || life.last < moment) continue;
      kernels.insert(order_[life.last]), kernels.insert(held.maker);
    }
    llvm::SmallVector<Move> moves;
    for (int group : kernels) {
      auto isEarlier = [&](int other) { return turns_[other] < moment; };
      auto isLater = [&](int other) { return turns_[other] > moment; };
      if (turns_[group] > moment && llvm::all_of(before_[group], isEarlier)) moves.push_back({turns_[group], moment});
      if (turns_[group] < moment && llvm::all_of(behind_[group], isLater)) moves.push_back({turns_[group], moment});
    }
    return moves;
  }

  mlir::Block& block_;
  const Grouping& grouping_;
  const std::vector<HeldValue>& values_;
  llvm::SmallVector<int> order_, turns_;
  std::vector<llvm::SmallSetVector<int, 4>> before_, behind_;  ///< the kernels that each waits for, and those for it
};

}  // namespace

llvm::SmallVector<int> orderByMemory(mlir::Block& block, const Grouping& grouping,
                                     const std::vector<HeldValue>& values) {
  return KernelOrder(block, grouping, values).run();
}

}  // namespace stator::fuse
