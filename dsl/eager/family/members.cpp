// The programs of the family, from the rows of elementwise.def.
#include "dsl/eager/family/members.h"

#include "compiler/interface/ops/elementwise.h"
#include "dsl/eager/flat_program.h"

namespace stator::eager {
namespace {

/// An op at given dtypes.
struct Signature {
  std::string_view op;
  std::vector<DType> operands;
  DType result;
};

/// The op on operands of one dtype; nothing where it takes that as another.
template <class Rule> void add(std::vector<Signature>& all, size_t operands, DType dtype) {
  const std::vector<TensorSpec> specs(operands, TensorSpec{dtype, {}});
  const Specs given{specs.data(), static_cast<int>(operands)};
  const Inferred result = Rule::infer(given);
  if (Rule::check(given, result.spec).ok())
    all.push_back({Rule::name, std::vector<DType>(operands, dtype), result.spec.dtype});
}

std::vector<Signature> signatures() {
  std::vector<Signature> all;
  for (DType dtype : {DType::f32, DType::f64, DType::i64}) {
#define STATOR_UNARY(NAME, ...) add<rule::NAME>(all, 1, dtype);
#define STATOR_BINARY(NAME, ...) add<rule::NAME>(all, 2, dtype);
#define STATOR_COMPARISON(NAME, ...) add<rule::NAME>(all, 2, dtype);
#include "compiler/interface/ops/elementwise.def"
    all.push_back({"where", {DType::boolean, dtype, dtype}, dtype});
  }
#define STATOR_LOGICAL(NAME, ...) add<rule::NAME>(all, 2, DType::boolean);
#include "compiler/interface/ops/elementwise.def"
  constexpr DType cast[]{DType::f32, DType::f64, DType::i64, DType::i32, DType::u8, DType::boolean};
  for (DType from : cast)
    for (DType to : cast)
      if (from != to) all.push_back({"cast", {from}, to});
  return all;
}

/// Forward, and every derivative; `singles`: operands that are one element for all, bit by bit.
void add(std::vector<FamilyMember>& members, const Signature& signature, uint64_t singles) {
  const Dims piece{1, {flat_pieces[0]}};
  std::vector<OperandFacts> operands;
  uint64_t may_want = 0;
  for (size_t i = 0; i < signature.operands.size(); ++i) {
    const bool single = singles >> i & 1;
    operands.push_back({signature.operands[i], single ? Dims{} : piece, nullptr});
    if (!single && is_float(signature.operands[i]) && is_float(signature.result)) may_want |= uint64_t{1} << i;
  }
  const OpFacts facts{signature.op, {}, operands, spec_of(signature.result, piece), piece, nullptr};
  for (uint64_t wanted = 0; wanted <= may_want; ++wanted)
    if ((wanted & may_want) == wanted) members.push_back({flat_key(facts, wanted), flat_program(facts, wanted)});
}

/// What tiles are reduced with, and rows filled.
void add_reductions(std::vector<FamilyMember>& members) {
  for (DType dtype : {DType::f32, DType::f64, DType::i64}) {
    for (Reduction reduction : {Reduction::sum, Reduction::max}) {
      for (int64_t count : flat_pieces)
        members.push_back({accumulate_key(reduction, dtype, count), accumulate_program(reduction, dtype, count)});
      for (int64_t length = least_row; length <= longest_row; length *= 2)
        members.push_back({rows_key(reduction, dtype, length), rows_program(reduction, dtype, length)});
      for (int64_t width = least_row; width < longest_row; width *= 2)
        members.push_back({columns_key(reduction, dtype, width), columns_program(reduction, dtype, width)});
    }
    for (int64_t length = least_row; length < longest_row && is_float(dtype); length *= 2)
      members.push_back({spread_key(dtype, length), spread_program(dtype, length)});
  }
}

}  // namespace

std::vector<FamilyMember> family_members() {
  std::vector<FamilyMember> members;
  for (const Signature& signature : signatures())
    for (uint64_t singles = 0; singles + 1 < uint64_t{1} << signature.operands.size(); ++singles)
      add(members, signature, singles);
  add_reductions(members);
  return members;
}

}  // namespace stator::eager
