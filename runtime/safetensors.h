// The safetensors file format: named tensors and a few texts.
#pragma once

#include <map>
#include <string>

#include "runtime/ndarray.h"

namespace stator {

struct SafetensorsFile {
  std::map<std::string, NdArray> tensors;
  std::map<std::string, std::string> metadata;
};

/// Errors: UserError with the path, the broken rule and both values, for a file that is not whole: a header that is no
/// JSON or absurdly long, an unknown dtype, offsets that overlap, leave holes, lie outside or disagree with the shape.
/// Source: huggingface/safetensors, README.md, "Format".
SafetensorsFile read_safetensors(const std::string& path);

/// Writes atomically; tensors in order of falling element size, then name, so that each lies on its own boundary.
/// Errors: UserError where the file cannot be written.
void write_safetensors(const std::string& path, const SafetensorsFile& file);

}  // namespace stator
