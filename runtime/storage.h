// The bytes that several arrays may view.
#pragma once

#include <memory>
#include <utility>

#include "runtime/arena.h"

namespace stator {

/// A shared, 64-byte aligned block; it lives as long as its last view.
class Storage {
 public:
  Storage() : Storage(AlignedBuffer::uninitialised(0)) {}
  explicit Storage(AlignedBuffer buffer) : buffer_(std::make_shared<AlignedBuffer>(std::move(buffer))) {}

  std::byte* data() const { return buffer_->data(); }
  int64_t size_bytes() const { return buffer_->size_bytes(); }
  bool operator==(const Storage&) const = default;

 private:
  std::shared_ptr<AlignedBuffer> buffer_;
};

}  // namespace stator
