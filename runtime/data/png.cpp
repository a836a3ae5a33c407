// PNG through stb_image and stb_image_write.
#include "runtime/data/png.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/atomic_file.h"
#include "runtime/error.h"
#include "runtime/text.h"

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace stator::data {

void write_png(const std::string& path, const NdArray& picture) {
  const bool coloured = picture.rank() == 3 && picture.extent(2) == 3;
  if (picture.dtype() != DType::u8 || !(picture.rank() == 2 || coloured) || picture.element_count() == 0)
    throw UserError(
        concat("write_png: a picture must be u8 [height, width] or u8 [height, width, 3], but is ", describe(picture)));
  const NdArray pixels = picture.contiguous();
  const int height = static_cast<int>(pixels.extent(0)), width = static_cast<int>(pixels.extent(1));
  const int channels = coloured ? 3 : 1;
  std::string bytes;
  const auto append = [](void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<size_t>(size));
  };
  if (stbi_write_png_to_func(append, &bytes, width, height, channels, pixels.data<uint8_t>(), width * channels) == 0)
    throw InternalError(concat("write_png: a picture ", describe(picture), " could not be packed"));
  write_file_atomically(path, bytes);
}

NdArray read_png(const std::string& path) {
  const std::string bytes = read_file(path);
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int size = static_cast<int>(std::min<size_t>(bytes.size(), INT32_MAX));
  int width = 0, height = 0, channels = 0;
  if (stbi_info_from_memory(data, size, &width, &height, &channels) == 0)
    throw UserError(concat(path, ": not a valid PNG file: ", stbi_failure_reason()));
  const int wanted = channels < 3 ? 1 : 3;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(data, size, &width, &height, &channels, wanted), stbi_image_free);
  if (!pixels) throw UserError(concat(path, ": not a valid PNG file: ", stbi_failure_reason()));
  NdArray::Extents extents{height, width};
  if (wanted == 3) extents.push_back(3);
  return NdArray::from(std::span<const uint8_t>(pixels.get(), static_cast<size_t>(height) * width * wanted), extents);
}

NdArray to_pixels(const NdArray& values) {
  NdArray pixels = NdArray::empty(DType::u8, values.extents());
  const NdArray numbers = values.contiguous();
  std::transform(numbers.values<float>().begin(), numbers.values<float>().end(), pixels.data<uint8_t>(),
                 [](float value) { return static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.f, 1.f))); });
  return pixels;
}

}  // namespace stator::data
