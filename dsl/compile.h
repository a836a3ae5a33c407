// From a program to something that runs: its state, and typed calls of its compiled functions.
#pragma once

#include "compiler/interface/compile.h"
#include "compiler/interface/graph_file.h"
#include "dsl/program.h"
#include "runtime/session.h"

namespace stator {

/// The seed of a program's initial values and random draws.
struct seed {
  uint64_t value = 0;
  constexpr explicit seed(uint64_t number) : value(number) {}
};

/// The state that `program` starts from: parameters as their layers say, drawn from the seed.
template <class P> State init(const P& program, seed start) { return State::init(program.graph().slots, start.value); }

/// Writes a program's graph to a file, from which statorc makes a library ahead of time.
/// Errors: UserError where the file cannot be written.
template <class P> void save_program(const P& program, const std::string& path) { save_graph(program.graph(), path); }

namespace detail {
template <class In> using array_for = const NdArray&;

/// The inputs of the function called "train_step"; void where there is none.
template <class... F> struct StepInputs {
  using type = void;
};
template <class F, class... Rest> struct StepInputs<F, Rest...> {
  using type = typename std::conditional_t<F::name == "train_step", std::type_identity<typename F::inputs>,
                                           StepInputs<Rest...>>::type;
};

/// `step(state, inputs..., options)` with as many inputs as the program's train_step takes.
template <class Compiled, class Inputs> struct Step {};
template <class Compiled, class... In> struct Step<Compiled, hana::tuple<In...>> {
  /// One training step on `inputs`; the last batch of an epoch may have fewer rows than were bound. Gives the loss
  /// before the update.
  /// Errors: UserError as Session::call; the state is unchanged then.
  double step(State& state, array_for<In>... inputs, const CallOptions& options = {}) {
    const NdArray* const pointers[]{&inputs...};
    return static_cast<Compiled&>(*this).call_function("train_step", state, pointers, options)[0].item();
  }
};
}  // namespace detail

/// A program compiled for one set of bindings: its functions as typed calls.
template <class P> class Compiled;
template <class M, class... F> class Compiled<Program<M, F...>>
    : public detail::Step<Compiled<Program<M, F...>>, typename detail::StepInputs<F...>::type> {
 public:
  explicit Compiled(Session session) : session_(std::move(session)) {}

  /// The results of function `Name`; they stay valid until its next call.
  /// Errors: UserError as Session::call; the state is unchanged then.
  template <text Name, class... In> std::span<const NdArray> call_all(State& state, const In&... inputs) {
    static_assert(Program<M, F...>::has(Name.c_str()), "the program has no function of that name");
    const NdArray* const pointers[]{&static_cast<const NdArray&>(inputs)..., nullptr};
    return call_function(Name.c_str(), state, {pointers, sizeof...(In)});
  }
  /// The first result of function `Name`.
  template <text Name, class... In> const NdArray& call(State& state, const In&... inputs) {
    return call_all<Name>(state, inputs...)[0];
  }

  /// The same by a name that is known at run time.
  std::span<const NdArray> call_function(std::string_view name, State& state, std::span<const NdArray* const> inputs,
                                         const CallOptions& options = {}) {
    return session_.call(session_.index_of(name), state, inputs, options);
  }

  Session& session() { return session_; }

 private:
  Session session_;
};

namespace detail {
constexpr void take(std::vector<Binding>& bindings, CompileOptions&, const Binding& binding) {
  bindings.push_back(binding);
}
inline void take(std::vector<Binding>&, CompileOptions& options, const CompileOptions& given) { options = given; }
}  // namespace detail

/// Compiles a program with its symbols bound: `compile(digits, batch = 32)`; of its functions those that are named,
/// `compile<"train_step">(digits, batch = 32)`, or all. Executables of one program share states. A CompileOptions may
/// stand among the bindings.
/// Errors: UserError for a symbol without a binding, and as stator::compile of a ProgramGraph.
template <text... Names, class M, class... F, class... B>
auto compile(const Program<M, F...>& program, const B&... bindings) {
  std::vector<Binding> bound;
  CompileOptions options;
  (detail::take(bound, options, bindings), ...);
  (options.functions.push_back(Names.c_str()), ...);
  return Compiled<Program<M, F...>>(
      Session(compile(program.graph(), bound, options), options.threads, options.profile));
}

}  // namespace stator
