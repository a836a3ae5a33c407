// Finding and checking MNIST's files. Downloading them is in download_mnist.cpp.
#include "runtime/data/mnist.h"

#include <cstdlib>
#include <filesystem>

#include "runtime/data/drawn_digits.h"
#include "runtime/data/idx.h"
#include "runtime/data/mnist_files.h"
#include "runtime/text.h"

namespace stator::data {
namespace {

namespace fs = std::filesystem;

constexpr int64_t side = 28, classes = 10;
constexpr const char* usual_folder = "data";

/// The path of a file in a folder, plain or gzipped; empty where it is neither.
std::string path_in(const std::string& folder, const MnistFile& file) {
  std::error_code ignored;
  for (const char* ending : {"", ".gz"})
    if (const std::string path = concat(folder, "/", file.name, ending); fs::is_regular_file(path, ignored))
      return path;
  return "";
}

const MnistFile* first_missing(const std::string& folder) {
  for (const MnistFile& file : mnist_files)
    if (path_in(folder, file).empty()) return &file;
  return nullptr;
}

std::optional<std::string> complete_folder(const std::string& folder) {
  for (const std::string& candidate : {folder, folder + "/mnist"})
    if (first_missing(candidate) == nullptr) return candidate;
  return std::nullopt;
}

NdArray load_images(const std::string& path) {
  NdArray images = read_idx(path);
  const bool fits =
      images.dtype() == DType::u8 && images.rank() == 3 && images.extent(1) == side && images.extent(2) == side;
  if (!fits) throw UserError(concat(path, ": images must be u8 [N, 28, 28], but are ", describe(images)));
  return images;
}

NdArray load_labels(const std::string& path) {
  const NdArray labels = read_idx(path);
  if (labels.dtype() != DType::u8 || labels.rank() != 1)
    throw UserError(concat(path, ": labels must be u8 [N], but are ", describe(labels)));
  const auto values = labels.values<uint8_t>();
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] >= classes)
      throw UserError(concat(path, ": label ", i, " is ", int{values[i]}, ", not below ", classes));
  return labels.to(DType::i64);
}

ImageSet load_half(const std::string& folder, const MnistFile& image_file, const MnistFile& label_file) {
  const std::string image_path = path_in(folder, image_file), label_path = path_in(folder, label_file);
  ImageSet set{load_images(image_path), load_labels(label_path), folder};
  if (set.images.extent(0) != set.size())
    throw UserError(concat(label_path, ": it has ", set.size(), " labels, but ", image_path, " has ",
                           set.images.extent(0), " images"));
  if (set.size() == 0) throw UserError(concat(image_path, ": it has 0 images, fewer than 1"));
  return set;
}

}  // namespace

std::optional<std::string> find_mnist(const std::string& explicit_folder) {
  if (!explicit_folder.empty()) {
    if (auto found = complete_folder(explicit_folder)) return found;
    std::error_code ignored;
    const bool in_subfolder = fs::is_directory(explicit_folder + "/mnist", ignored);
    const std::string folder = in_subfolder ? explicit_folder + "/mnist" : explicit_folder;
    throw UserError(concat(explicit_folder, ": no MNIST there: '", folder, "/", first_missing(folder)->name,
                           "' (or with .gz) does not exist"));
  }
  const char* variable = std::getenv("STATOR_DATA");
  if (variable != nullptr && *variable != '\0')
    if (auto found = complete_folder(variable)) return found;
  return complete_folder(usual_folder);
}

ImageData load_mnist(const std::string& folder) {
  if (const MnistFile* missing = first_missing(folder))
    throw UserError(concat(folder, ": '", missing->name, "' (or with .gz) does not exist there"));
  return {load_half(folder, train_images, train_labels), load_half(folder, test_images, test_labels)};
}

ImageData load_digits(const DigitsOptions& options) {
  if (const auto folder = find_mnist(options.folder)) return load_mnist(*folder);
  if (!options.download) return draw_digits(options.seed);
  const std::string folder = concat(usual_folder, "/mnist");
  download_mnist(folder);
  return load_mnist(folder);
}

}  // namespace stator::data
