// Writing safetensors.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/atomic_file.h"
#include "runtime/safetensors.h"
#include "runtime/safetensors_dtype.h"

namespace stator {

/// The header's 8-byte size, and the header padded with blanks so that the data starts on an 8-byte boundary.
static std::string framed(std::string header) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
}

void write_safetensors(const std::string& path, const SafetensorsFile& file) {
  std::vector<std::pair<std::string, NdArray>> tensors;
  for (const auto& [name, tensor] : file.tensors) tensors.emplace_back(name, tensor.contiguous());
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    const int a_bytes = size_bytes(a.second.dtype()), b_bytes = size_bytes(b.second.dtype());
    return a_bytes != b_bytes ? a_bytes > b_bytes : a.first < b.first;
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  int64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const int64_t end = offset + tensor.size_bytes();
    header[name] = {
        {"dtype", safetensors_name(tensor.dtype())}, {"shape", tensor.extents()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  const std::string start = framed(header.dump());
  std::vector<std::string_view> pieces{start};
  for (const auto& [name, tensor] : tensors)
    pieces.emplace_back(reinterpret_cast<const char*>(tensor.bytes()), static_cast<size_t>(tensor.size_bytes()));
  write_file_atomically(path, pieces);
}

}  // namespace stator
