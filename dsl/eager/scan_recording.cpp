// Noting the ops of a scan's step.
#include "dsl/eager/scan_recording.h"

namespace stator::eager {

rule::Scan scan_rule(const Operation& operation) {
  rule::Scan rule;
  for (int i = 0; i < operation.attribute_count; ++i) {
    const Attribute& attribute = operation.attributes[i];
    if (attribute.name == "states") rule.states = attribute.integers[0];
    if (attribute.name == "sequences") rule.sequences = attribute.integers[0];
    if (attribute.name == "reverse") rule.reverse = attribute.integers[0];
  }
  return rule;
}

bool ScanRecording::is_closed_by(const Operation& operation) const {
  if (operation.op != rule::Scan::name) return false;
  const rule::Scan rule = scan_rule(operation);
  return operation.operands[rule.states + rule.sequences] == first_id;
}

int ScanRecording::add(const Operation& operation) {
  nodes_.push_back({operation.op,
                    {operation.operands, operation.operands + operation.operand_count},
                    {operation.attributes, operation.attributes + operation.attribute_count},
                    operation.result});
  return first_id + static_cast<int>(nodes_.size()) - 1;
}

}  // namespace stator::eager
