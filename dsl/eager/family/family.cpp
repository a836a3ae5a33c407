// Finding members of the family.
#include "dsl/eager/family/family.h"

#include <algorithm>

#include "compiler/pipeline/compiled_program.h"
#include "runtime/error.h"
#include "runtime/kernel_family.h"

extern "C" const stator::KernelFamily stator_elementwise_family;

namespace stator::eager {

std::shared_ptr<const Executable> find_in_family(std::span<const int64_t> key, std::string_view target) {
  const KernelFamily& family = stator_elementwise_family;
  const std::span targets(family.targets, static_cast<size_t>(family.target_count));
  const auto place = std::ranges::find(targets, target) - targets.begin();
  if (place == family.target_count) return nullptr;
  const std::span members(family.members, static_cast<size_t>(family.member_count));
  auto key_of = [](const KernelFamily::Member& of) { return std::span(of.key, static_cast<size_t>(of.key_words)); };
  const auto found = std::ranges::lower_bound(
      members, key, [](auto a, auto b) { return std::ranges::lexicographical_compare(a, b); }, key_of);
  if (found == members.end() || !std::ranges::equal(key_of(*found), key)) return nullptr;
  auto facts = from_bytes({found->facts, static_cast<size_t>(found->facts_bytes)});
  if (!facts) throw InternalError("eager: the facts of a precompiled kernel are not complete");
  auto executable = std::make_shared<Executable>();
  executable->functions = std::move(facts->functions);
  executable->kernels = std::move(facts->kernels);
  const StatorKernel* code = found->code + place * std::ssize(executable->kernels);
  executable->kernel_code.assign(code, code + executable->kernels.size());
  return executable;
}

}  // namespace stator::eager
