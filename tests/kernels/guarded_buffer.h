// Memory that ends at a page nobody may touch, so that a kernel reading or writing past its operand crashes.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <stdexcept>

template <class T> class GuardedBuffer {
 public:
  explicit GuardedBuffer(size_t count) : count_(count) {
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    size_t used = (count * sizeof(T) + page - 1) / page * page;
    mapped_ = used + page;
    void* memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("guarded buffer: mmap failed");
    start_ = static_cast<std::byte*>(memory);
    mprotect(start_ + used, page, PROT_NONE);
    data_ = reinterpret_cast<T*>(start_ + used - count * sizeof(T));
  }
  ~GuardedBuffer() { munmap(start_, mapped_); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  T* data() { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  size_t size() const { return count_; }

 private:
  size_t count_, mapped_ = 0;
  std::byte* start_ = nullptr;
  T* data_ = nullptr;
};
