// The kernels of eager ops: compiled when first needed, found again by op, attributes, dtypes and shapes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "compiler/interface/compile.h"
#include "dsl/eager/kernel.h"
#include "dsl/eager/op_key.h"
#include "dsl/eager/tiled_code.h"

namespace stator::eager {

/// The code of an op. Elementwise ops on dense operands are flat: one code serves every number of elements, and an
/// operand is either as long as the result or one element for all.
class OpCode {
 public:
  /// For the extents that the program has.
  explicit OpCode(Kernel kernel) { kernels_.push_back(std::move(kernel)); }
  /// Flat: the same function for pieces of `flat_pieces`, in their order. `slots`: of what type are the tensors that it
  /// updates. Errors: InternalError where it takes too many tensors.
  explicit OpCode(std::vector<Kernel> pieces, const std::vector<DType>& slots = {});
  /// Flat code on tiles.
  explicit OpCode(TiledCode tiled) : tiled_(std::move(tiled)) {}

  bool is_flat() const { return kernels_.size() > 1; }
  /// `count`: how many elements; looked at by flat code alone.
  void run(const KernelCall& call, int64_t count, Workspace& workspace) const;
  /// Flat code on the caller's thread alone; nothing is counted.
  void run_tile(const KernelCall& call, int64_t count) const { run_rest(call, 0, count); }

  bool reads_input(int index) const {
    return tiled_ ? tiled_->reads_input(index) : kernels_.front().reads_input(index);
  }
  /// The input that is given in the place of a result, which would be a copy of it; -1: none.
  int copied_input(int result) const {
    return tiled_ ? tiled_->given_input(result) : kernels_.front().copied_input(result);
  }
  bool has_code() const { return tiled_ ? tiled_->has_code() : kernels_.front().has_code(); }
  /// Whether code for the shape may take its place: it gives the same bits.
  bool may_retire() const { return tiled_ && !tiled_->adds_up(); }

 private:
  void run_piece(const KernelCall& call, size_t piece, int64_t first) const;
  void run_rest(const KernelCall& call, int64_t first, int64_t count) const;

  std::optional<TiledCode> tiled_;
  std::vector<Kernel> kernels_;
  std::vector<int64_t> input_bytes_, result_bytes_, slot_bytes_;  // of one element; 0: one element for all
};

/// The code of a reduction of all elements.
class FlatSumCode {
 public:
  /// The same function for pieces of `sum_pieces`, in their order.
  explicit FlatSumCode(std::vector<Kernel> pieces) : kernels_(std::move(pieces)) {}
  /// Adds `count` elements of the inputs to `sum`, on one thread: the order is that of the elements.
  void run(std::span<std::byte* const> inputs, int64_t count, std::byte* sum, Workspace& workspace) const;

 private:
  std::vector<Kernel> kernels_;
};

/// What compiling has cost.
struct CompileFigures {
  int64_t compiled = 0;     ///< kernels that were compiled
  int64_t from_cache = 0;   ///< kernels that came from the cache on disk
  int64_t from_family = 0;  ///< kernels that were compiled with the library
  double milliseconds = 0;  ///< for the first two
  double slowest_ms = 0;    ///< of one
};

/// An op at given dtypes and shapes.
class OpKernels {
 public:
  const OpCode& forward() const { return *forward_; }

 private:
  friend class KernelStore;
  struct Backward {
    uint64_t wanted;
    std::unique_ptr<OpCode> code;
  };
  std::unique_ptr<OpCode> forward_;
  std::vector<Backward> backward_;
  bool by_tiles_ = false;                         // what is new runs by tiles: until it is called often
  int64_t calls_ = 0;                             // until then
  std::vector<std::unique_ptr<OpCode>> retired_;  // which a tape may still hold
};

class KernelStore {
 public:
  /// From this call on, code for a shape takes the place of tiles where it gives the same bits: it is up to twice as
  /// fast, and has paid for its compilation soon.
  static constexpr int64_t calls_by_tiles = 100;

  /// Errors: UserError for a target that there is not, or that this host lacks.
  explicit KernelStore(CompileOptions options);

  /// The op's kernels; `flat`: the operands' extents are those of the result, or they are one element.
  /// Where they are compiled and cotangents of the operands in `wanted` will be asked for, so is the code of these, at
  /// the same time. Errors: UserError for an op that does not verify.
  OpKernels& find(const OpFacts& facts, bool flat, uint64_t wanted);
  /// The code that gives the cotangents of the operands in `wanted`, bit by bit.
  const OpCode& backward(OpKernels& kernels, const OpFacts& facts, bool flat, uint64_t wanted);
  /// Flat code that adds its input to its slot, or takes the greater.
  const OpCode& accumulate(Reduction reduction, DType dtype);
  /// Flat code that updates slots: a function for each of `flat_pieces`, in their order, with slots of its own.
  const OpCode& flat_update(const ProgramGraph& program);
  /// Flat code that adds to a scalar slot: a function for each of `sum_pieces`, in their order.
  const FlatSumCode& flat_sum(const ProgramGraph& program);
  /// The functions of a program without symbols.
  std::vector<Kernel> compile(const ProgramGraph& program);

  const CompileFigures& figures() const { return figures_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::span<const int64_t> words) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::span<const int64_t> a, std::span<const int64_t> b) const;
  };

  struct Compiled {
    std::shared_ptr<const Executable> executable;
    double milliseconds;
  };

  static Compiled compiled(const ProgramGraph& program, const CompileOptions& options);
  void retire_tiles(OpKernels& kernels);
  void compile_both(OpKernels& kernels, const OpFacts& facts, uint64_t wanted);
  const OpCode& add_backward(OpKernels& kernels, const OpFacts& facts, uint64_t wanted, std::vector<Kernel> code);
  std::vector<Kernel> kernels_of(const Compiled& compiled, const ProgramGraph& program, size_t slots_of_each);

  // tile_plans.cpp: nothing where code for the shape is better
  std::optional<TiledCode> tiled(const OpFacts& facts);
  std::optional<TiledCode> tiled_reduction(const OpFacts& facts);
  std::optional<TiledCode> tiled_backward(const OpFacts& facts, uint64_t wanted);
  std::optional<TiledCode> tiled_reduction_backward(const OpFacts& facts);
  TileInput tile_input(const Nest& nest, DType dtype);
  TileOutput tile_output(const Nest& nest, int64_t elements, DType dtype, Reduction reduction);

  /// Code that reduces rows of `length` elements: a tile of them.
  const Kernel& rows(Reduction reduction, DType dtype, int64_t length);
  /// Code that reduces columns of a tile of rows of `width` elements into a slot.
  const Kernel& columns(Reduction reduction, DType dtype, int64_t width);
  /// Code that fills rows of `length` elements, of dtypes of that size: a tile of them; null where none is linked.
  const Kernel* spread(int64_t element_bytes, int64_t length);

  std::vector<Kernel> flat_kernels(const OpFacts& facts, uint64_t wanted);
  std::vector<Kernel> from_family(std::span<const int64_t> key);
  /// The linked kernels of this key, or those of the program that `program` makes.
  template <class Make> std::vector<Kernel> linked_or(std::span<const int64_t> key, Make&& program);
  /// `slots_of_each`: how many slots of the program each of its functions has to itself; 0: they share all.
  std::vector<Kernel> compile(const ProgramGraph& program, size_t slots_of_each);

  CompileOptions options_;
  Words key_;  // of the op that is looked for
  std::unordered_map<Words, OpKernels, Hash, Equal> kernels_;
  std::map<std::pair<Reduction, DType>, std::unique_ptr<OpCode>> accumulate_;
  std::map<std::tuple<Reduction, DType, int64_t>, std::optional<Kernel>> rows_, columns_;
  std::map<std::pair<int64_t, int64_t>, std::optional<Kernel>> spread_;    // by the size of elements, and by length
  std::unordered_map<std::string, std::unique_ptr<OpCode>> flat_updates_;  // by the graph's text
  std::unordered_map<std::string, std::unique_ptr<FlatSumCode>> flat_sums_;
  CompileFigures figures_;
};

}  // namespace stator::eager
