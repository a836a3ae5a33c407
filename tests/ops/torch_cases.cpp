// Reading the reference cases.
#include "tests/ops/torch_cases.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

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

/// `names` with those of `first` in front, in its order, and the others as they were.
std::vector<std::string> ordered(std::vector<std::string> names, const std::vector<std::string>& first) {
  const auto rank = [&](const std::string& name) {
    return std::find(first.begin(), first.end(), name) - first.begin();
  };
  std::stable_sort(names.begin(), names.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  return names;
}

/// The tensors of a case whose names begin with `prefix` (none: those without a dot, parameters), without it.
std::vector<std::string> names_of(const std::string& name, const std::string& prefix) {
  std::vector<std::string> names;
  const std::string start = name + "|" + prefix;
  for (auto at = file().tensors.lower_bound(start); at != file().tensors.end() && at->first.starts_with(start); ++at) {
    const std::string rest = at->first.substr(start.size());
    if (!prefix.empty() || rest.find('.') == std::string::npos) names.push_back(rest);
  }
  return names;
}

/// The names of a case's operands in the order in which PyTorch's function takes them.
std::vector<std::string> operands_of(const std::string& name) {
  static const std::vector<std::string> order{"condition", "x",      "input", "anchor", "positive", "negative",
                                              "q",         "k",      "v",     "other",  "exponent", "index",
                                              "src",       "target", "min",   "max",    "logits",   "targets"};
  std::vector<std::string> operands;
  for (const std::string& operand : ordered(names_of(name, "in."), order)) operands.push_back("in." + operand);
  for (const std::string& parameter : ordered(names_of(name, ""), {"weight", "bias"})) operands.push_back(parameter);
  return operands;
}

TorchNames names_in(const std::string& name, const TorchNames& given) {
  TorchNames names = given;
  if (names.operands.empty()) names.operands = operands_of(name);
  if (names.results.empty())
    for (const std::string& result : ordered(names_of(name, "out."), {"y", "values"}))
      names.results.push_back("out." + result);
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
    made.results.push_back({torch_tensor(name, result), find(name, of_kind("ct", result))});
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
  return std::any_of(gradients.begin(), gradients.end(), [](const auto& gradient) { return gradient.has_value(); });
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

std::vector<std::string> all_torch_cases() {
  std::vector<std::string> names;
  for (const auto& [key, value] : file().metadata)
    if (key.ends_with("|op")) names.push_back(key.substr(0, key.size() - 3));
  return names;
}

std::vector<std::string> torch_cases_of(const std::string& op) {
  std::vector<std::string> names = all_torch_cases();
  std::erase_if(names, [&](const std::string& name) { return file().metadata.at(name + "|op") != op; });
  return names;
}

void record_passed(const std::string& name, const std::string& but) {
  static const char* const path = std::getenv("STATOR_CASES");
  if (path == nullptr) return;
  static std::ofstream out(path);
  out << name << '\t' << but << std::endl;
}

TensorValue torch_tensor(const std::string& name, const std::string& tensor) {
  const std::optional<TensorValue> found = find(name, tensor);
  if (!found) throw UserError("tests/data/ops.safetensors: the case '" + name + "' has no tensor '" + tensor + "'");
  return *found;
}

}  // namespace stator::tests
