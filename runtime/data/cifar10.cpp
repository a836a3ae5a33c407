// Finding and reading CIFAR-10's files.
#include "runtime/data/cifar10.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "runtime/atomic_file.h"
#include "runtime/data/drawn_shapes.h"
#include "runtime/text.h"

namespace stator::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t image_bytes = 3 * 32 * 32, record_bytes = 1 + image_bytes;
constexpr unsigned classes = 10;
constexpr const char* first_train_file = "data_batch_1.bin";

struct Files {
  std::vector<std::string> train;
  std::string test;
};

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

Files files_in(const std::string& folder) {
  Files files;
  for (int i = 1; i <= 5; ++i)
    if (const std::string path = concat(folder, "/data_batch_", i, ".bin"); is_file(path)) files.train.push_back(path);
  for (const char* name : {"/test_batch_1000.bin", "/test_batch.bin"})
    if (is_file(folder + name)) files.test = folder + name;
  return files;
}

std::optional<std::string> complete_folder(const std::string& folder) {
  for (const char* subfolder : {"", "/cifar10", "/cifar-10-batches-bin"})
    if (const Files files = files_in(folder + subfolder); !files.train.empty() && !files.test.empty())
      return folder + subfolder;
  return std::nullopt;
}

std::optional<std::string> find_cifar10(const std::string& folder) {
  if (!folder.empty()) {
    if (auto found = complete_folder(folder)) return found;
    const char* missing = files_in(folder).train.empty() ? first_train_file : "test_batch.bin";
    throw UserError(concat(folder, ": no CIFAR-10 there: '", folder, "/", missing, "' does not exist"));
  }
  const char* variable = std::getenv("STATOR_DATA");
  if (variable != nullptr && *variable != '\0')
    if (auto found = complete_folder(variable)) return found;
  return complete_folder("data");
}

ImageSet joined_sets(const std::vector<std::string>& paths, const std::string& source) {
  std::vector<ImageSet> parts;
  int64_t count = 0;
  for (const std::string& path : paths) count += parts.emplace_back(read_cifar10(path)).size();
  ImageSet whole{NdArray::empty(DType::u8, {count, 3, 32, 32}), NdArray::empty(DType::i64, {count}), source};
  int64_t first = 0;
  for (const ImageSet& part : parts) {
    whole.images.slice(0, first, first + part.size()).assign(part.images);
    whole.labels.slice(0, first, first + part.size()).assign(part.labels);
    first += part.size();
  }
  return whole;
}

}  // namespace

ImageSet read_cifar10(const std::string& path) {
  const std::string bytes = read_file(path);
  if (bytes.empty() || bytes.size() % record_bytes != 0)
    throw UserError(concat(path, ": not a CIFAR-10 file: its ", bytes.size(), " bytes are no multiple of ",
                           record_bytes, ", a label and an image"));
  const auto count = static_cast<int64_t>(bytes.size() / record_bytes);
  ImageSet set{NdArray::empty(DType::u8, {count, 3, 32, 32}), NdArray::empty(DType::i64, {count}), path};
  uint8_t* pixels = set.images.data<uint8_t>();
  int64_t* labels = set.labels.data<int64_t>();
  for (int64_t i = 0; i < count; ++i) {
    const auto* record = reinterpret_cast<const uint8_t*>(bytes.data()) + static_cast<size_t>(i) * record_bytes;
    if (record[0] >= classes)
      throw UserError(concat(path, ": label ", i, " is ", int{record[0]}, ", not below ", classes));
    labels[i] = record[0];
    pixels = std::copy_n(record + 1, image_bytes, pixels);
  }
  return set;
}

void write_cifar10(const ImageSet& set, const std::string& path) {
  const uint8_t* pixels = set.images.data<uint8_t>();
  std::string bytes;
  for (int64_t i = 0; i < set.size(); ++i) {
    bytes += static_cast<char>(set.labels.data<int64_t>()[i]);
    bytes.append(pixels + static_cast<size_t>(i) * image_bytes, pixels + static_cast<size_t>(i + 1) * image_bytes);
  }
  write_file_atomically(path, bytes);
}

ImageData load_cifar10(const std::string& folder, uint64_t seed) {
  const auto found = find_cifar10(folder);
  if (!found) return draw_shapes(seed);
  const Files files = files_in(*found);
  return {joined_sets(files.train, *found), joined_sets({files.test}, *found)};
}

}  // namespace stator::data
