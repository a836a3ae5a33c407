// Compiled code kept on disk from one run to the next.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stator {

/// $STATOR_CACHE, else $XDG_CACHE_HOME/stator, else ~/.cache/stator; `off` where none of them is set.
std::string default_cache_folder();

/// $STATOR_CACHE_MIB mebibytes, else 512. Errors: UserError where that is not a whole number of at least 0.
int64_t default_cache_bytes();

/// A folder of entries, each a file named by a 128-bit hash of its key. The whole key is in the file and is compared,
/// so a clash of hashes gives no wrong entry. Several processes may use one folder at a time: files appear whole and go
/// whole. Where entries take more than the bound, those that were not used for longest go.
class KernelCache {
 public:
  /// An empty folder: the default one. `off`: nothing is ever found or stored. `most_bytes` below 0: the default bound.
  explicit KernelCache(std::string folder, int64_t most_bytes = -1);

  /// What was stored under a key; it counts as used now. A damaged file is absent: it is removed, with a line about it
  /// on standard error.
  std::optional<std::vector<char>> find(std::string_view key) const;

  /// Keeps bytes under a key, and removes what is too much then. Where it fails (a full disk, a folder without
  /// permission, an entry beyond the bound), nothing is kept.
  void store(std::string_view key, std::string_view bytes) const;
  void store(std::string_view key, const std::vector<char>& bytes) const {
    store(key, std::string_view(bytes.data(), bytes.size()));
  }

  bool is_on() const { return folder_ != "off"; }
  const std::string& folder() const { return folder_; }
  /// The file of a key, whether it exists or not.
  std::string path_of(std::string_view key) const;

 private:
  void evict(const std::string& kept) const;

  std::string folder_;
  int64_t most_bytes_;
};

}  // namespace stator
