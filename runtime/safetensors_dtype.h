// The names that safetensors gives to dtypes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/interface/dtype.h"

namespace stator {

/// Every name, in the order of DType.
inline const std::vector<std::string_view>& safetensors_dtypes() {
  static const std::vector<std::string_view> names{"F64", "F32", "F16", "BF16", "I64",
                                                   "I32", "I16", "I8",  "U8",   "BOOL"};
  return names;
}

inline std::string_view safetensors_name(DType dtype) { return safetensors_dtypes()[static_cast<size_t>(dtype)]; }

inline std::optional<DType> dtype_from_safetensors(std::string_view name) {
  const auto& names = safetensors_dtypes();
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<DType>(i);
  return std::nullopt;
}

}  // namespace stator
