// What AMX's registers hold of a contraction's tile: squares of A, B and C, all of the shapes that one configuration
// gives them. Internal to kernels.
#pragma once

#include "compiler/kernels/contraction_schedule.h"

namespace stator::kernels {

inline constexpr int64_t mostSquareRows = 16;      ///< of a register, and columns of its sums
inline constexpr int64_t mostRegistersAcross = 2;  ///< of sums, along a tile's rows and along its columns
/// Elements of 32 bits in a register, and in its configuration.
inline constexpr int64_t squareElements = 256, configElements = 16;

/// Chooses the squares of a schedule whose rows are cut. False where A has no squares: neither its rows nor its last
/// reduction lie side by side.
bool shapeSquares(ContractionSchedule& schedule, const ContractionForm& form);

/// The first rows of the registers that take a tile of `rows` rows. The last one is full like all: it may share rows
/// with the one before, of which both compute the same.
llvm::SmallVector<int64_t, 2> squareStarts(const ContractionSchedule& schedule, int64_t rows);

/// Elements of the last reduction that its last step takes; twice `squarePairs` where steps come out even.
int64_t lastStepElements(const ContractionSchedule& schedule);

/// Cycles of a tile of `rows` rows and `columnSteps` registers of columns. Source: Intel 64 and IA-32 Architectures
/// Optimization Reference Manual, chapter 20: a product starts every 16 cycles and takes 52, a square is read at two
/// rows a cycle and written at one.
double squareCycles(const ContractionSchedule& schedule, int64_t rows, int64_t columnSteps);

}  // namespace stator::kernels
