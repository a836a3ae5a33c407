// Two loops: multiply-adds on registers, and sums over memory. Each runs often and counts where it was fastest.
#include "compiler/kernels/measure_peak.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "compiler/cpu/single_kernel.h"
#include "compiler/kernels/index_builder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/arena.h"

namespace stator::kernels {
namespace {

constexpr int64_t iterations = 100000, chains = 12, flopRuns = 40;
constexpr int64_t mebibyte = 1 << 20, allReadBytes = 128 * mebibyte, leastReadBytes = 16 * mebibyte;
constexpr int64_t readRuns = 4, streams = 8;
constexpr int64_t small = 1024;  // elements of a buffer that stays in registers

using Entry = void (*)(float* buffer, int64_t chunk);

Value loadVector(const IndexBuilder& ix, mlir::VectorType type, Value buffer, Value at) {
  return ix.builder.create<mlir::vector::LoadOp>(ix.location, type, buffer, at);
}

void storeAll(const IndexBuilder& ix, const Values& vectors, Value buffer, int64_t lanes) {
  for (auto [i, vector] : llvm::enumerate(vectors))
    ix.builder.create<mlir::vector::StoreOp>(ix.location, vector, buffer, ix.constant(static_cast<int64_t>(i) * lanes));
}

/// A loop of independent multiply-adds on registers alone.
cpu::SingleKernel compileFlops(const cpu::Target& target) {
  cpu::KernelBuffer buffers[]{{small, 32}};
  return cpu::compileSingleKernel(
      buffers, target, [&](mlir::OpBuilder& b, mlir::Location l, mlir::ValueRange arguments) {
        IndexBuilder ix{b, l};
        auto type = mlir::VectorType::get({target.lanes()}, b.getF32Type());
        Values sums;
        for (int64_t i = 0; i < chains; ++i)
          sums.push_back(loadVector(ix, type, arguments[0], ix.constant(i * target.lanes())));
        Value x = loadVector(ix, type, arguments[0], ix.constant(small / 2));
        Value y = loadVector(ix, type, arguments[0], ix.constant(3 * small / 4));
        sums = ix.loop(ix.constant(0), ix.constant(iterations), 1, sums, [&](Value, ValueRange carried) {
          Values next;
          for (Value sum : carried) {
            if (target.fma) next.push_back(b.create<mlir::vector::FMAOp>(l, sum, x, y));
            else next.push_back(b.create<mlir::arith::AddFOp>(l, b.create<mlir::arith::MulFOp>(l, sum, x), y));
          }
          return next;
        });
        storeAll(ix, sums, arguments[0], target.lanes());
      });
}

/// Sums over a buffer, whose first vectors they replace.
cpu::SingleKernel compileRead(const cpu::Target& target, int64_t elements) {
  cpu::KernelBuffer buffers[]{{elements, 32}};
  return cpu::compileSingleKernel(
      buffers, target, [&](mlir::OpBuilder& b, mlir::Location l, mlir::ValueRange arguments) {
        IndexBuilder ix{b, l};
        auto type = mlir::VectorType::get({target.lanes()}, b.getF32Type());
        Values sums;
        for (int64_t i = 0; i < streams; ++i)
          sums.push_back(loadVector(ix, type, arguments[0], ix.constant(i * target.lanes())));
        int64_t step = streams * target.lanes();
        sums = ix.loop(ix.constant(step), ix.constant(elements), step, sums, [&](Value at, ValueRange carried) {
          Values next;
          for (auto [i, sum] : llvm::enumerate(carried)) {
            Value place = ix.add(at, static_cast<int64_t>(i) * target.lanes());
            next.push_back(b.create<mlir::arith::AddFOp>(l, sum, loadVector(ix, type, arguments[0], place)));
          }
          return next;
        });
        storeAll(ix, sums, arguments[0], target.lanes());
      });
}

/// The shortest of `runs` runs on all threads together, in seconds; each thread has a buffer of its own.
double shortest(Entry entry, int64_t bytes, int threads, int64_t runs) {
  double best = std::numeric_limits<double>::infinity();
  std::chrono::steady_clock::time_point start;
  std::barrier begin(threads, [&]() noexcept { start = std::chrono::steady_clock::now(); });
  std::barrier end(threads, [&]() noexcept {
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  });
  auto work = [&] {
    AlignedBuffer buffer = AlignedBuffer::uninitialised(bytes);
    std::memset(buffer.data(), 0, static_cast<size_t>(bytes));
    for (int64_t i = 0; i < runs; ++i) {
      begin.arrive_and_wait();
      entry(reinterpret_cast<float*>(buffer.data()), 0);
      end.arrive_and_wait();
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return best;
}

double flopsPerSecond(const cpu::Target& target, int threads) {
  cpu::SingleKernel kernel = compileFlops(target);
  double seconds = shortest(kernel.entry<void(float*, int64_t)>(), small * sizeof(float), threads, flopRuns);
  return 2.0 * iterations * chains * target.lanes() * threads / seconds;
}

}  // namespace

double measureFlops(const cpu::Target& target) { return flopsPerSecond(target, 1); }

MachinePeak measurePeak(const cpu::Target& target, int threads) {
  int64_t each = std::max(allReadBytes / threads / mebibyte * mebibyte, leastReadBytes);
  cpu::SingleKernel read = compileRead(target, each / static_cast<int64_t>(sizeof(float)));
  double seconds = shortest(read.entry<void(float*, int64_t)>(), each, threads, readRuns);
  return {flopsPerSecond(target, threads), static_cast<double>(each) * threads / seconds, threads};
}

}  // namespace stator::kernels
