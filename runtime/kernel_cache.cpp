// An entry is a header of fixed size, the key, and the bytes; the checksum covers both.
#include "runtime/kernel_cache.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "runtime/atomic_file.h"
#include "runtime/error.h"
#include "runtime/hash.h"

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

}  // namespace

std::string default_cache_folder() {
  if (const std::string chosen = variable("STATOR_CACHE"); !chosen.empty()) return chosen;
  if (const std::string caches = variable("XDG_CACHE_HOME"); !caches.empty()) return caches + "/stator";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.cache/stator";
  return "off";
}

KernelCache::KernelCache(std::string folder) : folder_(folder.empty() ? default_cache_folder() : std::move(folder)) {}

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
      std::filesystem::remove(path, ignored);
      return std::nullopt;
    }
    if (entry->key != key) return std::nullopt;
    return std::vector<char>(entry->content.begin(), entry->content.end());
  } catch (const UserError&) { return std::nullopt; }
}

void KernelCache::store(std::string_view key, std::string_view bytes) const {
  if (!is_on()) return;
  const EntryHeader header{magic, format_version, key.size(), bytes.size(), checksum_of(key, bytes)};
  const std::array<std::string_view, 3> pieces{std::string_view(reinterpret_cast<const char*>(&header), sizeof header),
                                               key, bytes};
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  try {
    write_file_atomically(path_of(key), pieces);
  } catch (const UserError&) {
    return;  // a cache that cannot be written costs time, not results
  }
}

}  // namespace stator
