// Schedules that a search has found better than the cost model's.
#include "compiler/kernels/tuned_schedules.h"

namespace stator::kernels {
namespace {

struct Tuned {
  std::string_view target, signature;
  ScheduleChoice choice;
};

constexpr Tuned table[]{
#include "compiler/kernels/tuned_schedules.inc"
    {"", "", {}},
};

std::string textOf(std::string_view kind, llvm::ArrayRef<Dim> dims) {
  std::string text;
  for (const Dim& dim : dims) {
    text.append(" ").append(kind);
    for (int64_t number : {dim.extent, dim.a, dim.b, dim.c}) text.append(" ").append(std::to_string(number));
  }
  return text;
}

}  // namespace

std::string signatureOf(const ContractionForm& form) {
  return std::string(name_of(form.bfloat16 ? DType::bf16 : form.element)) + textOf("outer", form.outer) +
         textOf("row", form.rows) + textOf("column", form.columns) + textOf("sum", form.reductions);
}

const ScheduleChoice* tunedChoice(const ContractionForm& form, std::string_view target) {
  std::string signature;
  for (const Tuned& tuned : table) {
    if (tuned.target != target) continue;
    if (signature.empty()) signature = signatureOf(form);
    if (tuned.signature == signature) return &tuned.choice;
  }
  return nullptr;
}

}  // namespace stator::kernels
