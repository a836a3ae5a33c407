// Temporary file, write, fsync, rename, fsync of the folder.
#include "runtime/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {
namespace {

[[noreturn]] void fail(const char* what, const std::string& path, int reason) {
  throw UserError(concat("cannot ", what, " '", path, "': ", std::strerror(reason)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

/// Removes a temporary file that never became the real one.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

bool is_special_file(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

/// The file that a path stands for, with links followed.
std::string target_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) fail("write", path, EISDIR);
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : path;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string temporary_name(const std::string& target) {
  static std::atomic<unsigned> counter{0};
  return concat(target, ".", ::getpid(), ".", counter.fetch_add(1), ".tmp");
}

void write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

Descriptor create(const std::string& temporary, const std::string& path) {
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.is_open()) fail("write", path, errno);
  return file;
}

void sync_folder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.is_open()) ::fsync(descriptor.number());
}

}  // namespace

void write_file_atomically(const std::string& path, std::span<const std::string_view> pieces) {
  if (is_special_file(path)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) fail("write", path, errno);
    for (std::string_view piece : pieces) write_all(file, piece, path);
    return;
  }
  const std::string target = target_of(path);
  const std::string temporary = temporary_name(target);
  const Descriptor file = create(temporary, path);
  TemporaryFile guard(temporary);
  for (std::string_view piece : pieces) write_all(file, piece, path);
  if (::fsync(file.number()) != 0) fail("write", path, errno);
  if (::rename(temporary.c_str(), target.c_str()) != 0) fail("write", path, errno);
  guard.keep();
  sync_folder(folder_of(target));
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  write_file_atomically(path, std::span(&bytes, 1));
}

void check_writable(const std::string& path) {
  if (is_special_file(path)) {
    if (::access(path.c_str(), W_OK) != 0) fail("write", path, errno);
    return;
  }
  const std::string temporary = temporary_name(target_of(path));
  const Descriptor file = create(temporary, path);
  const TemporaryFile guard(temporary);
}

std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) fail("read", path, errno);
  struct stat facts{};
  if (::fstat(file.number(), &facts) == 0 && S_ISDIR(facts.st_mode)) fail("read", path, EISDIR);
  std::string bytes;
  bytes.reserve(static_cast<size_t>(facts.st_size));
  std::array<char, 1 << 16> chunk;
  for (;;) {
    const ssize_t count = ::read(file.number(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno);
    if (count == 0) return bytes;
    bytes.append(chunk.data(), static_cast<size_t>(count));
  }
}

}  // namespace stator
