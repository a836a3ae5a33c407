// The reference interpreter as tests and the DSL use it: slow and obvious, in doubles. Knows no MLIR.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/interface/compile.h"
#include "compiler/interface/operand.h"
#include "compiler/interface/tensor_value.h"

namespace stator {

/// What the interpreter does to the result of each op: nothing, or it rounds it to its dtype. Where the two differ, so
/// may two orders of the same sums.
enum class Arithmetic : unsigned char { exact, rounded };

/// Computes a function of a program, with all rows valid.
///
/// `inputs`: one for each of the function's. `state`: one for each of the program's slots; updated in place.
/// `arguments`: scalars by name; the function's defaults stand for those that are missing.
/// Errors: UserError as of `compile`, for a function that there is not, and for a value of another shape.
std::vector<TensorValue> interpret(const ProgramGraph& program, std::string_view function,
                                   const std::vector<Binding>& bindings, const std::vector<TensorValue>& inputs,
                                   std::vector<TensorValue>& state,
                                   const std::map<std::string, double>& arguments = {},
                                   Arithmetic arithmetic = Arithmetic::exact);

/// Carries out each operation at once, on values that it holds by number. DSL code runs on it unchanged.
class InterpreterContext final : public Context {
 public:
  /// `seed` and `step`: what random draws start from.
  explicit InterpreterContext(const std::vector<Binding>& bindings = {}, bool training = false, long seed = 0,
                              long step = 0);
  ~InterpreterContext();
  InterpreterContext(const InterpreterContext&) = delete;
  InterpreterContext& operator=(const InterpreterContext&) = delete;

  /// Errors: UserError for an operation that does not verify, and for a gradient, which needs a whole graph.
  int apply(const Operation& operation) override;
  bool training() const override { return in_training; }
  Draw draw(long site) override;
  void assign(int leaf, int value) override { assigned[leaf] = value; }
  int read(int leaf) const override;

  /// A value of its own, as an expression: `Expr<Tensor<f32, 2, 3>> x = context.tensor<Tensor<f32, 2, 3>>({...})`.
  /// Elements in row-major order. Errors: UserError where their number is not that of the type.
  template <TensorLike T> Expr<T> tensor(const std::vector<double>& elements) {
    return {{this, add(T::spec, elements)}};
  }

  /// The value behind an expression of this context.
  const TensorValue& value(const Handle& handle) const;

 private:
  int add(const TensorSpec& spec, const std::vector<double>& elements);

  struct Values;
  std::unique_ptr<Values> values;
  bool in_training;
  int seed_value, step_value;
  std::map<long, long> draws;   // by site
  std::map<int, int> assigned;  // what leaves of models hold, where that has changed
};

}  // namespace stator
