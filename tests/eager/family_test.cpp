// The kernels that are linked with the library: the same bits as those compiled at first use, and found by every op.
#include <stator/eager.h>
#include <stator/stator.h>

#include <cmath>
#include <cstring>

#include "dsl/eager/family/family.h"
#include "dsl/eager/family/members.h"
#include "dsl/eager/kernel.h"
#include "runtime/element.h"
#include "runtime/state_layout.h"
#include "tests/catch.h"

namespace stator::tests {

namespace {

using eager::FamilyMember;

/// Elements of either sign, whole and not, with zeros, infinities and NaNs among them.
NdArray some(const TensorFacts& facts, int64_t seed) {
  NdArray array = NdArray::empty(facts.dtype, facts.extents);
  visit_element(facts.dtype, [&]<class T>(std::type_identity<T>) {
    T* elements = reinterpret_cast<T*>(array.bytes());
    for (int64_t i = 0; i < array.element_count(); ++i) {
      const double number = 4 * std::sin(1.0 + static_cast<double>(i + 100 * seed)),
                   special[]{0, -1, 1e30, 1 / 0.0, 0 / 0.0};
      if (facts.dtype == DType::boolean) elements[i] = convert_element<T>(number > 0);
      else if (!is_float(facts.dtype)) elements[i] = convert_element<T>(std::round(std::abs(number)));
      else elements[i] = convert_element<T>(i % 7 == 3 ? special[(i / 7) % 5] : number);
    }
  });
  return array;
}

/// The bytes of all that a function gives, and of the slots that it updates.
std::string bytes_of(const std::shared_ptr<const Executable>& executable, int function, const ProgramGraph& program) {
  const CompiledFunction& facts = executable->functions[static_cast<size_t>(function)];
  const eager::Kernel kernel(executable, function, layout_of(program.slots).offset_bytes);
  std::vector<NdArray> arrays;
  for (const TensorFacts& input : facts.inputs) arrays.push_back(some(input, std::ssize(arrays)));
  const size_t written = arrays.size();
  for (const TensorFacts& result : facts.results) arrays.push_back(NdArray::zeros(result.dtype, result.extents));
  for (size_t i = 0; i < program.slots.size(); ++i) arrays.push_back(some(facts.inputs.front(), 9));
  std::vector<std::byte*> addresses;
  for (NdArray& array : arrays) addresses.push_back(array.bytes());
  kernel.run_alone(addresses.data());
  std::string bytes;
  for (size_t i = written; i < arrays.size(); ++i)
    bytes.append(reinterpret_cast<const char*>(arrays[i].bytes()), static_cast<size_t>(arrays[i].size_bytes()));
  return bytes;
}

/// What is compiled at first use, and what is linked, compute the same.
void check_same(const FamilyMember& member, const std::string& target) {
  const auto linked = eager::find_in_family(member.key, target);
  const auto compiled = compile(member.program, {}, {.target = target, .cache = "off", .kernels_only = true});
  REQUIRE(linked);
  REQUIRE(linked->functions.size() == compiled->functions.size());
  for (size_t i = 0; i < compiled->functions.size(); ++i) {
    INFO(target << ": " << compiled->functions[i].name << " of " << compiled->kernels.front().operations);
    const bool same = bytes_of(linked, static_cast<int>(i), member.program) ==
                      bytes_of(compiled, static_cast<int>(i), member.program);
    CHECK(same);
  }
}

/// The targets of the family that this host can run.
std::vector<std::string> targets() {
  std::vector<std::string> names;
  for (const char* name : {"x86-64-v2", "x86-64-v3", "x86-64-v4"}) try {
      names.push_back(name_of_target(name));
    } catch (const UserError&) { break; }
  return names;
}

/// `operands` of f32 values, as many as the op takes; each wants a gradient.
void apply_to_drawn(Eager& eager, std::string_view op, int operands, DType operand, DType result) {
  std::vector<Value> given;
  std::vector<int> ids;
  for (int i = 0; i < operands; ++i) {
    given.push_back(eager.value(some({operand, {37}, {}, 0}, i), is_float(operand)));
    ids.push_back(given.back().id);
  }
  TensorSpec spec = given.front().spec;
  spec.dtype = result;
  const Held made{&eager, eager.apply({op, ids.data(), operands, nullptr, 0, spec})};
  INFO(op);
  CHECK(eager.figures().compiled == 0);
}

bool has_family() {
  return eager::find_in_family(eager::family_members().front().key, name_of_target("native")) != nullptr;
}

}  // namespace

TEST_CASE("linked kernels give the bits of those that are compiled at first use") {
  if (!has_family()) {
    WARN("skipped: this build has no family for this host");
    return;
  }
  const std::vector<FamilyMember> members = eager::family_members();
  const std::vector<std::string> all = targets();
  for (size_t i = 0; i < members.size(); ++i)
    for (const std::string& target : all)
      if (target == all.back() || i % 16 == 0) check_same(members[i], target);
}

TEST_CASE("elementwise ops and their derivatives compile nothing") {
  if (!has_family()) {
    WARN("skipped: this build has no family for this host");
    return;
  }
  Eager eager({.threads = 1, .cache = "off"});
#define STATOR_UNARY(NAME, ...) apply_to_drawn(eager, #NAME, 1, DType::f32, DType::f32);
#define STATOR_BINARY(NAME, ...) apply_to_drawn(eager, #NAME, 2, DType::f32, DType::f32);
#define STATOR_COMPARISON(NAME, ...) apply_to_drawn(eager, #NAME, 2, DType::f32, DType::boolean);
#define STATOR_LOGICAL(NAME, ...) apply_to_drawn(eager, #NAME, 2, DType::boolean, DType::boolean);
#include "compiler/interface/ops/elementwise.def"
  auto x = eager.tensor<Tensor<f32, 5, 7>>(NdArray::zeros(DType::f32, {5, 7}), true);
  const auto y = where(x < 1.0, 2.0 * gelu(x), cast<f64>(x) - 1.0);
  auto scalar = eager.tensor<Tensor<f32>>(NdArray::zeros(DType::f32, {}), true);
  ((scalar + 1.0) * scalar).backward();
  CHECK(eager.item(scalar.grad()) == 1);
  CHECK(eager.figures().compiled == 0);
  CHECK(eager.figures().from_family > 80);
}

TEST_CASE("another target than the family's compiles its kernels") {
  Eager eager({.threads = 1, .target = "x86-64", .cache = "off"});
  auto x = eager.tensor<Tensor<f32, 3>>(NdArray::zeros(DType::f32, {3}));
  CHECK(eager.item(sum(x + 1.0)) == 3);
  CHECK(eager.figures().from_family == 0);
  CHECK(eager.figures().compiled > 0);
}

}  // namespace stator::tests
