// MNIST, and any IDX set of the same file names and shape.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "runtime/data/image_set.h"

namespace stator::data {

/// Mean and deviation over the training images.
inline constexpr Normalisation mnist_normalisation{0.1302f, 0.3069f};

/// The folder that holds the four files (`train-images-idx3-ubyte`, ..., each plain or `.gz`), itself or in its
/// subfolder `mnist`: `explicit_folder`, or where that is empty $STATOR_DATA, then ./data. Nothing where none does.
/// Errors: UserError where `explicit_folder` lacks a file; it names the first.
std::optional<std::string> find_mnist(const std::string& explicit_folder);

/// Both halves from a folder that `find_mnist` gave.
/// Errors: UserError naming the file and both values, where images are not u8 [N, 28, 28], labels not u8 [N], their
/// counts differ, or a label is not below 10.
ImageData load_mnist(const std::string& folder);

/// Where MNIST is published, each with a slash at its end.
std::span<const std::string> mnist_mirrors();

/// Fetches the four files into a folder, made where it is missing; each is checked against its published MD5 and then
/// renamed into place; a right one that is there already is kept.
/// Errors: UserError where no mirror gives a file; it says what each one answered.
void download_mnist(const std::string& folder, std::span<const std::string> mirrors = mnist_mirrors());

struct DigitsOptions {
  std::string folder;     // --data; empty: look in the usual places
  bool download = false;  // where none is found: fetch it to ./data/mnist
  uint64_t seed = 0;      // of the drawn digits
};

/// Real digits where they are found or may be downloaded, drawn ones otherwise; `source` says which.
/// Errors: as `find_mnist`, `load_mnist` and `download_mnist`.
ImageData load_digits(const DigitsOptions& options);

}  // namespace stator::data
