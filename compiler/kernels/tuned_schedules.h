// Schedules that a search has found better than the cost model's: `./x tune` writes them, nothing else does.
#pragma once

#include <string>
#include <string_view>

#include "compiler/kernels/contraction.h"

namespace stator::kernels {

/// What a schedule leaves open once the rules have had their say: all that a search may vary.
struct ScheduleChoice {
  bool dot = false;     ///< vectors along the last reduction, not along the columns
  int rows = 1;         ///< of a tile, at most
  int columnSteps = 1;  ///< of a tile: vectors of columns, or columns of a dot
  bool packB = false;   ///< where the rules allow both
  int unroll = 1;

  bool operator==(const ScheduleChoice&) const = default;
};

/// The form in one line: dtype, then extent and strides of every loop.
std::string signatureOf(const ContractionForm& form);

/// What the search chose for the form on the target of that name; null: nothing better than the model.
const ScheduleChoice* tunedChoice(const ContractionForm& form, std::string_view target);

}  // namespace stator::kernels
