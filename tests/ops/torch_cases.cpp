// Reading the reference cases.
#include "tests/ops/torch_cases.h"

#include <algorithm>

#include "runtime/error.h"
#include "runtime/safetensors.h"

#ifndef STATOR_TEST_DATA
#error "STATOR_TEST_DATA is the folder tests/data"
#endif

namespace stator::tests {

namespace {

const SafetensorsFile& file() {
  static const SafetensorsFile whole = read_safetensors(std::string(STATOR_TEST_DATA) + "/ops.safetensors");
  return whole;
}

std::optional<TensorValue> find(const std::string& name, const std::string& tensor) {
  const auto found = file().tensors.find(name + "|" + tensor);
  if (found == file().tensors.end()) return std::nullopt;
  return tensor_of(found->second);
}

/// The names of a case's operands in the order in which PyTorch's function takes them.
std::vector<std::string> operands_of(const std::string& name) {
  std::vector<std::string> operands;
  for (const char* first : {"in.condition", "in.x", "in.input", "in.other", "in.exponent", "in.target"})
    if (find(name, first)) operands.push_back(first);
  for (int i = 0; find(name, "in.x" + std::to_string(i)); ++i) operands.push_back("in.x" + std::to_string(i));
  for (const char* last : {"weight", "bias"})
    if (find(name, last)) operands.push_back(last);
  return operands;
}

TorchNames names_in(const std::string& name, const TorchNames& given) {
  TorchNames names = given;
  if (names.operands.empty()) names.operands = operands_of(name);
  if (names.results.empty()) names.results.push_back(find(name, "out.y") ? "out.y" : "out.values");
  return names;
}

/// `kind.` before a name without its own `in.` or `out.`.
std::string of_kind(const std::string& kind, const std::string& tensor) {
  const size_t dot = tensor.starts_with("in.") ? 3 : tensor.starts_with("out.") ? 4 : 0;
  return kind + "." + tensor.substr(dot);
}

TorchCase read(const std::string& name, const TorchNames& names) {
  TorchCase made;
  const std::string prefix = name + "|attr.";
  for (auto at = file().metadata.lower_bound(prefix); at != file().metadata.end() && at->first.starts_with(prefix);
       ++at)
    made.attributes[at->first.substr(prefix.size())] = at->second;
  made.op = file().metadata.at(name + "|op");
  for (const std::string& operand : names.operands) {
    made.inputs.push_back(torch_tensor(name, operand));
    made.gradients.push_back(find(name, of_kind("grad", operand)));
  }
  for (const std::string& result : names.results)
    if (const auto value = find(name, result)) made.results.push_back({*value, find(name, of_kind("ct", result))});
  return made;
}

}  // namespace

TensorValue tensor_of(const NdArray& array) {
  TensorValue made{array.dtype(), {array.extents().begin(), array.extents().end()}, {}};
  const NdArray wide = array.contiguous().to(DType::f64);
  made.elements.assign(wide.values<double>().begin(), wide.values<double>().end());
  return made;
}

NdArray array_of(const TensorValue& tensor) {
  return NdArray::from(tensor.elements, {tensor.extents.begin(), tensor.extents.end()}).to(tensor.dtype);
}

double TorchCase::number(const std::string& attribute) const { return std::stod(attributes.at(attribute)); }

bool TorchCase::has_gradients() const {
  return std::any_of(results.begin(), results.end(), [](const TorchResult& result) { return result.cotangent; });
}

const TorchCase& torch_case(const std::string& name, const TorchNames& names) {
  static std::map<std::pair<std::string, std::vector<std::string>>, TorchCase> cases;
  if (!file().metadata.contains(name + "|op"))
    throw UserError("tests/data/ops.safetensors: there is no case called '" + name + "'");
  const TorchNames all = names_in(name, names);
  std::vector<std::string> key = all.operands;
  key.insert(key.end(), all.results.begin(), all.results.end());
  const auto found = cases.find({name, key});
  return found != cases.end() ? found->second : cases.emplace(std::pair(name, key), read(name, all)).first->second;
}

std::vector<std::string> torch_cases_of(const std::string& op) {
  std::vector<std::string> names;
  for (const auto& [key, value] : file().metadata)
    if (value == op && key.ends_with("|op")) names.push_back(key.substr(0, key.size() - 3));
  return names;
}

TensorValue torch_tensor(const std::string& name, const std::string& tensor) {
  const std::optional<TensorValue> found = find(name, tensor);
  if (!found) throw UserError("tests/data/ops.safetensors: the case '" + name + "' has no tensor '" + tensor + "'");
  return *found;
}

}  // namespace stator::tests
