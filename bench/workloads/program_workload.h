// Workloads from programs: one function, compiled for a number of rows, called on the same inputs every time.
#pragma once

#include <stator/stator.h>

#include <memory>

#include "bench/workloads/workload.h"

namespace bench {

namespace st = stator;

/// `draw(rows)` gives the inputs, as a vector of arrays.
template <st::text Function, class P, class Draw>
Workload program_workload(std::string name, const P& program, int64_t rows, Draw draw) {
  return {std::move(name), [&program, rows, draw](const Setup& setup) -> Call {
            struct Prepared {
              decltype(st::compile<Function>(program)) compiled;
              st::State state;
              std::vector<st::NdArray> inputs;
              std::vector<const st::NdArray*> pointers;
            };
            auto one = std::make_shared<Prepared>(Prepared{
                st::compile<Function>(program, st::batch = rows,
                                      st::CompileOptions{.threads = setup.threads, .precision = setup.precision}),
                st::init(program, st::seed(0)),
                draw(rows),
                {}});
            for (const st::NdArray& input : one->inputs) one->pointers.push_back(&input);
            return [one] { one->compiled.call_function(Function.c_str(), one->state, one->pointers); };
          }};
}

/// `train_step/MODEL/batch:ROWS`.
template <class P, class Draw>
Workload train_step_workload(const std::string& model, const P& program, int64_t rows, Draw draw) {
  return program_workload<"train_step">("train_step/" + model + "/batch:" + std::to_string(rows), program, rows, draw);
}

/// `predict/MODEL/batch:ROWS`.
template <class P, class Draw>
Workload predict_workload(const std::string& model, const P& program, int64_t rows, Draw draw) {
  return program_workload<"predict">("predict/" + model + "/batch:" + std::to_string(rows), program, rows, draw);
}

}  // namespace bench
