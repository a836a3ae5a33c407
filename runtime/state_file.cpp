// Saving and loading a state: all of it, or nothing changes.
#include <charconv>
#include <set>

#include "runtime/safetensors.h"
#include "runtime/state.h"
#include "runtime/text.h"

namespace stator {
namespace {

constexpr const char* seed_key = "stator.seed";
constexpr const char* format_key = "stator.format";
constexpr const char* format_version = "1";
constexpr size_t most_named = 5;

/// `a, b, c and 4 more`.
std::string some_of(const std::vector<std::string>& items) {
  if (items.size() <= most_named) return joined(items);
  const std::vector<std::string> first(items.begin(), items.begin() + most_named);
  return concat(joined(first), " and ", items.size() - most_named, " more");
}

/// How a file's tensors differ from what a state expects.
struct Mismatch {
  std::vector<std::string> missing, unexpected, different;

  void check(const std::string& path) const {
    std::vector<std::string> parts;
    if (!missing.empty()) parts.push_back(concat("missing ", some_of(missing)));
    if (!unexpected.empty()) parts.push_back(concat("unexpected ", some_of(unexpected)));
    if (!different.empty()) parts.push_back(concat("different ", some_of(different)));
    if (!parts.empty()) throw UserError(concat(path, ": not the state of this program: ", joined(parts, "; ")));
  }
};

void check_format(const std::string& path, const std::map<std::string, std::string>& metadata) {
  const auto version = metadata.find(format_key);
  if (version != metadata.end() && version->second != format_version)
    throw UserError(
        concat(path, ": its format is version ", version->second, ", but this program reads version ", format_version));
}

uint64_t seed_in(const std::string& path, const std::map<std::string, std::string>& metadata, uint64_t otherwise) {
  const auto entry = metadata.find(seed_key);
  if (entry == metadata.end()) return otherwise;
  const std::string& text = entry->second;
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    throw UserError(concat(path, ": its ", seed_key, " '", text, "' is not a whole number of at least 0"));
  return seed;
}

}  // namespace

void State::save(const std::string& path) const {
  SafetensorsFile file;
  for (const Slot& slot : slots_) file.tensors.emplace(slot.name, get(slot.name));
  file.metadata = {{seed_key, std::to_string(seed_)}, {format_key, format_version}};
  write_safetensors(path, file);
}

void State::load(const std::string& path) { load(path, Contents::everything); }

void State::load_parameters(const std::string& path) { load(path, Contents::parameters); }

void State::load(const std::string& path, Contents contents) {
  const SafetensorsFile file = read_safetensors(path);
  check_format(path, file.metadata);
  const bool everything = contents == Contents::everything;
  Mismatch mismatch;
  std::vector<size_t> found;
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    const auto entry = file.tensors.find(slot.name);
    if (entry == file.tensors.end()) {
      if (everything || slot.role == Slot::Role::parameter) mismatch.missing.push_back(slot.name);
      continue;
    }
    if (!everything && slot.role == Slot::Role::optimizer) continue;
    const std::string ours = describe(get(slot.name)), theirs = describe(entry->second);
    if (ours != theirs) mismatch.different.push_back(concat(slot.name, " (", ours, " here, ", theirs, " in the file)"));
    found.push_back(i);
  }
  const auto known = names();
  const std::set<std::string> expected(known.begin(), known.end());
  for (const auto& [name, tensor] : file.tensors)
    if (!expected.contains(name)) mismatch.unexpected.push_back(name);
  mismatch.check(path);
  if (everything) seed_ = seed_in(path, file.metadata, seed_);
  for (size_t i : found) write(i, file.tensors.at(slots_[i].name));
}

}  // namespace stator
