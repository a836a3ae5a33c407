// Compiled code kept on disk from one run to the next.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stator {

/// $STATOR_CACHE, else $XDG_CACHE_HOME/stator, else ~/.cache/stator; `off` where none of them is set.
std::string default_cache_folder();

/// A folder of entries, each a file named by a 128-bit hash of its key. The whole key is in the file and is compared,
/// so a clash of hashes gives no wrong entry. Several processes may use one folder at a time.
class KernelCache {
 public:
  /// Empty: the default folder. `off`: nothing is ever found or stored.
  explicit KernelCache(std::string folder);

  /// What was stored under a key. A damaged file counts as absent, and is removed.
  std::optional<std::vector<char>> find(std::string_view key) const;

  /// Keeps bytes under a key. Where that fails (a full disk, a folder without permission), nothing is kept.
  void store(std::string_view key, std::string_view bytes) const;
  void store(std::string_view key, const std::vector<char>& bytes) const {
    store(key, std::string_view(bytes.data(), bytes.size()));
  }

  bool is_on() const { return folder_ != "off"; }
  const std::string& folder() const { return folder_; }
  /// The file of a key, whether it exists or not.
  std::string path_of(std::string_view key) const;

 private:
  std::string folder_;
};

}  // namespace stator
