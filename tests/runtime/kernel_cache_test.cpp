// The cache: what was stored is found, what is damaged is not, and nothing is fatal.
#include "runtime/kernel_cache.h"

#include <unistd.h>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;

static std::vector<char> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST_CASE("stored bytes are found under their key alone") {
  const tests::TemporaryFolder folder;
  const KernelCache cache(folder / "deep/er");
  CHECK_FALSE(cache.find("key"));
  cache.store("key", "content");
  cache.store("", std::vector<char>{});
  CHECK(cache.find("key") == bytes_of("content"));
  CHECK(cache.find("") == std::vector<char>{});
  CHECK_FALSE(cache.find("kez"));
  cache.store("key", "newer");
  CHECK(KernelCache(folder / "deep/er").find("key") == bytes_of("newer"));
}

TEST_CASE("a damaged entry is absent and removed, wherever the damage is") {
  const tests::TemporaryFolder folder;
  const KernelCache cache(folder.path());
  cache.store("key", "content");
  const std::string path = cache.path_of("key"), good = read_file(path);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    for (const std::string& bad : {flipped, good.substr(0, at)}) {
      write_file_atomically(path, bad);
      if (cache.find("key") || std::filesystem::exists(path)) FAIL("byte " << at);
    }
  }
  write_file_atomically(path, good + "x");
  CHECK_FALSE(cache.find("key"));
  cache.store("key", "content");
  CHECK(cache.find("key"));
}

TEST_CASE("an entry of another key under the same name is not given, and not removed") {
  const tests::TemporaryFolder folder;
  const KernelCache cache(folder.path());
  cache.store("other", "content");
  std::filesystem::rename(cache.path_of("other"), cache.path_of("key"));
  CHECK_FALSE(cache.find("key"));
  CHECK(std::filesystem::exists(cache.path_of("key")));
}

TEST_CASE("a folder that cannot be is not fatal") {
  const tests::TemporaryFolder folder;
  const KernelCache cache(folder.file("file", "") + "/below");
  cache.store("key", "content");
  CHECK_FALSE(cache.find("key"));
}

TEST_CASE("the default folder") {
  const tests::Environment home("HOME", "/home/someone"), caches("XDG_CACHE_HOME", nullptr);
  {
    const tests::Environment chosen("STATOR_CACHE", "/chosen");
    CHECK(KernelCache("").folder() == "/chosen");
  }
  const tests::Environment unset("STATOR_CACHE", nullptr);
  CHECK(default_cache_folder() == "/home/someone/.cache/stator");
  const tests::Environment set("XDG_CACHE_HOME", "/caches");
  CHECK(default_cache_folder() == "/caches/stator");
  const tests::Environment no_caches("XDG_CACHE_HOME", ""), no_home("HOME", nullptr);
  CHECK_FALSE(KernelCache("").is_on());
}

TEST_CASE("off means none") {
  const KernelCache cache("off");
  cache.store("key", "content");
  CHECK_FALSE(cache.find("key"));
  CHECK_FALSE(std::filesystem::exists("off"));
}
