// Reading safetensors: every number in the header is checked before it is used.
#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "runtime/atomic_file.h"
#include "runtime/safetensors.h"
#include "runtime/safetensors_dtype.h"
#include "runtime/text.h"

namespace stator {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "safetensors bytes are little-endian");

/// Source: safetensors' own limit, MAX_HEADER_SIZE.
constexpr uint64_t greatest_header_bytes = 100'000'000;

struct Entry {
  std::string name;
  DType dtype;
  NdArray::Extents extents;
  uint64_t begin, end;
};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(read_file(path)) {}

  SafetensorsFile read() {
    const json header = parse_header();
    SafetensorsFile result;
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") result.metadata = metadata_of(value);
      else entries.push_back(entry_of(name, value));
    }
    check_coverage(entries);
    for (const Entry& entry : entries) result.tensors.emplace(entry.name, tensor_of(entry));
    return result;
  }

 private:
  template <class... Parts> [[noreturn]] void fail(const Parts&... parts) const {
    throw UserError(concat(path_, ": not a valid safetensors file: ", parts...));
  }

  json parse_header() {
    uint64_t length = 0;
    if (file_.size() < sizeof length) fail("it has ", file_.size(), " bytes, fewer than the 8 of the header's size");
    std::memcpy(&length, file_.data(), sizeof length);
    if (length > greatest_header_bytes)
      fail("its header claims ", length, " bytes, more than the greatest allowed ", greatest_header_bytes);
    if (length > file_.size() - sizeof length)
      fail("its header claims ", length, " bytes, but only ", file_.size() - sizeof length, " follow");
    const std::string_view text = std::string_view(file_).substr(sizeof length, length);
    data_ = std::string_view(file_).substr(sizeof length + length);
    std::set<std::string> names;
    const auto refuse_duplicates = [&](int depth, json::parse_event_t event, json& value) {
      if (event == json::parse_event_t::key && depth == 1 && !names.insert(value.get<std::string>()).second)
        fail("tensor '", value.get<std::string>(), "' stands in it twice");
      return true;
    };
    json header;
    try {
      header = json::parse(text, refuse_duplicates);
    } catch (const json::exception&) { fail("its header of ", length, " bytes is not JSON"); }
    if (!header.is_object()) fail("its header is not a JSON object but a ", header.type_name());
    return header;
  }

  std::map<std::string, std::string> metadata_of(const json& value) const {
    std::map<std::string, std::string> metadata;
    if (!value.is_object()) fail("__metadata__ is not an object but a ", value.type_name());
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail("__metadata__ '", key, "' is not a text but a ", text.type_name());
      metadata[key] = text.get<std::string>();
    }
    return metadata;
  }

  /// `value` as whole numbers of at least 0 that an int64 holds.
  std::vector<int64_t> numbers_of(const std::string& name, const char* field, const json& value) const {
    std::vector<int64_t> numbers;
    bool valid = value.is_array();
    for (size_t i = 0; valid && i < value.size(); ++i) {
      valid = value[i].is_number_unsigned() && value[i].get<uint64_t>() <= uint64_t{INT64_MAX};
      if (valid) numbers.push_back(value[i].get<int64_t>());
    }
    if (!valid) fail("tensor '", name, "': ", field, " is not a list of whole numbers of at least 0");
    return numbers;
  }

  Entry entry_of(const std::string& name, const json& value) const {
    const char* fields[]{"dtype", "shape", "data_offsets"};
    for (const char* field : fields)
      if (!value.is_object() || !value.contains(field)) fail("tensor '", name, "' has no ", field);
    const std::string type = value["dtype"].is_string() ? value["dtype"].get<std::string>() : value["dtype"].dump();
    const std::optional<DType> dtype = dtype_from_safetensors(type);
    if (!dtype) fail("tensor '", name, "': dtype ", type, " is not one of ", joined(safetensors_dtypes()));
    const auto offsets = numbers_of(name, "data_offsets", value["data_offsets"]);
    if (offsets.size() != 2) fail("tensor '", name, "': data_offsets has ", offsets.size(), " numbers, not 2");
    Entry entry{name, *dtype, numbers_of(name, "shape", value["shape"]), static_cast<uint64_t>(offsets[0]),
                static_cast<uint64_t>(offsets[1])};
    check_size(entry);
    return entry;
  }

  void check_size(const Entry& entry) const {
    const auto& [name, dtype, extents, begin, end] = entry;
    if (begin > end) fail("tensor '", name, "' begins at ", begin, " and ends before that, at ", end);
    if (end > data_.size())
      fail("tensor '", name, "' ends at byte ", end, " of the data, of which there are ", data_.size());
    uint64_t bytes = static_cast<uint64_t>(size_bytes(dtype));
    for (int64_t extent : extents)
      if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes))
        fail("tensor '", name, "': shape ", bracketed(extents), " is larger than any memory");
    if (bytes != end - begin)
      fail("tensor '", name, "': ", name_of(dtype), " ", bracketed(extents), " needs ", bytes, " bytes, but has ",
           end - begin);
  }

  /// The tensors, put in order, must cover the data without overlap or hole.
  void check_coverage(std::vector<Entry>& entries) const {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    uint64_t at = 0;
    for (const Entry& entry : entries) {
      if (entry.begin < at) fail("tensor '", entry.name, "' begins at ", entry.begin, ", inside one that ends at ", at);
      if (entry.begin > at) fail("bytes ", at, " to ", entry.begin, " of the data belong to no tensor");
      at = entry.end;
    }
    if (at != data_.size()) fail("its tensors end at byte ", at, " of the data, of which there are ", data_.size());
  }

  NdArray tensor_of(const Entry& entry) const {
    try {
      return NdArray::from_bytes(entry.dtype, entry.extents, data_.substr(entry.begin, entry.end - entry.begin));
    } catch (const UserError& error) { fail("tensor '", entry.name, "': ", error.what()); }
  }

  std::string path_;
  std::string file_;
  std::string_view data_;
};

}  // namespace

SafetensorsFile read_safetensors(const std::string& path) { return Reader(path).read(); }

}  // namespace stator
