// An entry is a header of fixed size, the key, and the bytes; the checksum covers both.
#include "runtime/kernel_cache.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "runtime/atomic_file.h"
#include "runtime/error.h"
#include "runtime/hash.h"
#include "runtime/text.h"

namespace stator {
namespace {

constexpr std::array<char, 8> magic{'S', 'T', 'A', 'T', 'O', 'R', 'K', 'C'};
constexpr uint64_t format_version = 1;
constexpr uint64_t second_basis = 0x9ae16a3b2f90404fu;

struct EntryHeader {
  std::array<char, 8> magic;
  uint64_t version, key_bytes, content_bytes, checksum;
};

uint64_t checksum_of(std::string_view key, std::string_view content) { return fnv1a_64(content, fnv1a_64(key)); }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The key and content of an entry's file; nothing where the file is damaged.
struct Entry {
  std::string_view key, content;
};

std::optional<Entry> parsed(std::string_view file) {
  EntryHeader header;
  if (file.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, file.data(), sizeof header);
  const uint64_t body_bytes = file.size() - sizeof header;
  const bool sizes_fit = header.key_bytes <= body_bytes && header.content_bytes == body_bytes - header.key_bytes;
  if (header.magic != magic || header.version != format_version || !sizes_fit) return std::nullopt;
  const Entry entry{file.substr(sizeof header, header.key_bytes), file.substr(sizeof header + header.key_bytes)};
  if (checksum_of(entry.key, entry.content) != header.checksum) return std::nullopt;
  return entry;
}

struct FileFacts {
  std::filesystem::path path;
  std::filesystem::file_time_type used;
  int64_t size_bytes = 0;
};

constexpr size_t name_length = 32;

/// Whether a name starts with an entry's: so many hexadecimal digits.
bool starts_as_entry(const std::string& name) {
  return name.size() >= name_length && name.find_first_not_of("0123456789abcdef") >= name_length;
}
bool is_entry(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.size() == name_length && starts_as_entry(name);
}
/// A temporary file of write_file_atomically.
bool is_left_over(const std::filesystem::path& path) {
  return path.extension() == ".tmp" && starts_as_entry(path.filename().string());
}

}  // namespace

std::string default_cache_folder() {
  if (const std::string chosen = variable("STATOR_CACHE"); !chosen.empty()) return chosen;
  if (const std::string caches = variable("XDG_CACHE_HOME"); !caches.empty()) return caches + "/stator";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.cache/stator";
  return "off";
}

int64_t default_cache_bytes() {
  constexpr int64_t mebibyte = 1 << 20, most = int64_t{1} << 40;
  const std::string chosen = variable("STATOR_CACHE_MIB");
  if (chosen.empty()) return 512 * mebibyte;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(chosen.data(), chosen.data() + chosen.size(), number);
  if (error != std::errc() || end != chosen.data() + chosen.size() || number < 0 || number > most)
    throw UserError(concat("kernel cache: STATOR_CACHE_MIB is '", chosen, "', which is no number of mebibytes"));
  return number * mebibyte;
}

KernelCache::KernelCache(std::string folder, int64_t most_bytes)
    : folder_(folder.empty() ? default_cache_folder() : std::move(folder)),
      most_bytes_(most_bytes < 0 ? default_cache_bytes() : most_bytes) {}

std::string KernelCache::path_of(std::string_view key) const {
  std::array<char, 40> name;
  std::snprintf(name.data(), name.size(), "%016llx%016llx", static_cast<unsigned long long>(fnv1a_64(key)),
                static_cast<unsigned long long>(fnv1a_64(key, second_basis)));
  return folder_ + "/" + name.data();
}

std::optional<std::vector<char>> KernelCache::find(std::string_view key) const {
  const std::string path = path_of(key);
  std::error_code ignored;
  if (!is_on() || !std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  try {
    const std::string file = read_file(path);
    const std::optional<Entry> entry = parsed(file);
    if (!entry) {
      std::fprintf(stderr, "stator: the kernel cache's file %s is damaged, and is made anew\n", path.c_str());
      std::filesystem::remove(path, ignored);
      return std::nullopt;
    }
    if (entry->key != key) return std::nullopt;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now(), ignored);
    return std::vector<char>(entry->content.begin(), entry->content.end());
  } catch (const UserError&) { return std::nullopt; }
}

void KernelCache::store(std::string_view key, std::string_view bytes) const {
  if (!is_on()) return;
  const EntryHeader header{magic, format_version, key.size(), bytes.size(), checksum_of(key, bytes)};
  if (static_cast<int64_t>(sizeof header + key.size() + bytes.size()) > most_bytes_) return;
  const std::array<std::string_view, 3> pieces{std::string_view(reinterpret_cast<const char*>(&header), sizeof header),
                                               key, bytes};
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  try {
    write_file_atomically(path_of(key), pieces);
    evict(path_of(key));
  } catch (const UserError&) {
    return;  // a cache that cannot be written costs time, not results
  }
}

/// Removes the entries that were used least lately until the rest fits, but not `kept`; and what processes left that
/// ended while they wrote. Another process may remove the same ones: what is gone is gone.
void KernelCache::evict(const std::string& kept) const {
  std::error_code ignored;
  std::vector<FileFacts> files;
  int64_t total = 0;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (std::filesystem::directory_iterator at(folder_, ignored), end; !ignored && at != end; at.increment(ignored)) {
    std::error_code gone;
    const FileFacts file{at->path(), at->last_write_time(gone), static_cast<int64_t>(at->file_size(gone))};
    if (gone) continue;
    if (is_entry(file.path)) files.push_back(file), total += file.size_bytes;
    else if (is_left_over(file.path) && now - file.used > std::chrono::hours(1))
      std::filesystem::remove(file.path, gone);
  }
  std::sort(files.begin(), files.end(), [](const FileFacts& a, const FileFacts& b) { return a.used < b.used; });
  for (const FileFacts& file : files) {
    if (total <= most_bytes_) return;
    if (file.path == kept) continue;
    std::filesystem::remove(file.path, ignored);
    total -= file.size_bytes;
  }
}

}  // namespace stator
