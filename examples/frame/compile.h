// Compiling an example's functions, with the time it takes in the report.
#pragma once

#include <stator/stator.h>

#include "examples/frame/report.h"

namespace examples {

/// stator::compile with the example's options; the time it takes goes to the report.
template <stator::text... Names, class P, class... B>
auto compile(const Options& options, Report& report, const P& program, const B&... bindings) {
  const double start = now_us();
  auto compiled = stator::compile<Names...>(program, bindings..., options.compile_options());
  report.compiled((now_us() - start) * 1e-3, stator::time_report(compiled.session().executable()));
  return compiled;
}

}  // namespace examples
