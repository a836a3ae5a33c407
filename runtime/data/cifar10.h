// CIFAR-10 in its binary form, and any set of that form.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/data/image_set.h"

namespace stator::data {

/// Means and deviations of red, green and blue over the 50,000 training images.
inline const std::vector<Normalisation> cifar10_normalisation{{.4914f, .2470f}, {.4822f, .2435f}, {.4465f, .2616f}};

/// Reads one file: per image a label byte below 10, then 1,024 bytes each of red, green and blue, row-major.
/// Gives images u8 [N, 3, 32, 32]. Errors: UserError naming the file and both values, where its size is no multiple of
/// 3,073 bytes, it holds no image, or a label is not below 10.
/// Source: Krizhevsky, "The CIFAR-10 dataset", "Binary version".
ImageSet read_cifar10(const std::string& path);

/// The file that `read_cifar10` reads. Errors: UserError where it cannot be written.
void write_cifar10(const ImageSet& set, const std::string& path);

/// Both halves from a folder, or its subfolder `cifar10` or `cifar-10-batches-bin`: those of `data_batch_1.bin` to
/// `data_batch_5.bin` that are there, and `test_batch.bin`, or else `test_batch_1000.bin`. Where `folder` is empty,
/// $STATOR_DATA and then ./data are searched, and coloured shapes are drawn (from `seed`) where neither has them;
/// `source` says which.
/// Errors: UserError naming the file that `folder` lacks, or as `read_cifar10`.
ImageData load_cifar10(const std::string& folder, uint64_t seed);

}  // namespace stator::data
