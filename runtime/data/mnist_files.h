// The four files that MNIST is published as.
#pragma once

#include <array>
#include <string_view>

namespace stator::data {

struct MnistFile {
  std::string_view name;  // without .gz
  std::string_view md5;   // of the .gz as published
};

inline constexpr MnistFile train_images{"train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873"};
inline constexpr MnistFile train_labels{"train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432"};
inline constexpr MnistFile test_images{"t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3"};
inline constexpr MnistFile test_labels{"t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c"};
inline constexpr std::array mnist_files{train_images, train_labels, test_images, test_labels};

}  // namespace stator::data
