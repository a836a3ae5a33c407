// The cache: what was stored is found, what is damaged is not, and nothing is fatal.
#include "runtime/kernel_cache.h"

#include <unistd.h>

#include <chrono>

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

/// Sets when an entry was used, so many seconds ago.
static void age(const KernelCache& cache, std::string_view key, int seconds) {
  std::filesystem::last_write_time(cache.path_of(key),
                                   std::filesystem::file_time_type::clock::now() - std::chrono::seconds(seconds));
}

TEST_CASE("beyond the bound, what was not used for longest goes") {
  const tests::TemporaryFolder folder;
  const std::string content(1000, 'x');
  const KernelCache cache(folder.path(), 3500);
  for (const char* key : {"a", "b", "c"}) cache.store(key, content);
  age(cache, "a", 30), age(cache, "b", 20), age(cache, "c", 10);
  CHECK(cache.find("a"));  // and is the newest now
  cache.store("d", content);
  CHECK(cache.find("a"));
  CHECK_FALSE(cache.find("b"));
  CHECK(cache.find("c"));
  CHECK(cache.find("d"));
  CHECK(folder.file_count() == 3);
}

TEST_CASE("an entry beyond the bound is not kept, and removes no others") {
  const tests::TemporaryFolder folder;
  const KernelCache cache(folder.path(), 2000);
  cache.store("small", std::string(1000, 'x'));
  cache.store("large", std::string(3000, 'x'));
  CHECK(cache.find("small"));
  CHECK_FALSE(cache.find("large"));
  const KernelCache nothing(folder / "nothing", 0);
  nothing.store("key", "");
  CHECK_FALSE(nothing.find("key"));
}

TEST_CASE("files that are no entries stay, but for what a process left that ended while it wrote") {
  const tests::TemporaryFolder folder;
  const KernelCache cache(folder.path(), 1500);
  const std::string mine = folder.file("notes", std::string(5000, 'x'));
  const std::string fresh = folder.file("0123456789abcdef0123456789abcdef.7.0.tmp", "half");
  const std::string old = folder.file("0123456789abcdef0123456789abcdef.8.0.tmp", "half");
  std::filesystem::last_write_time(old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  cache.store("key", std::string(1000, 'x'));
  CHECK(cache.find("key"));
  CHECK(std::filesystem::exists(mine));
  CHECK(std::filesystem::exists(fresh));
  CHECK_FALSE(std::filesystem::exists(old));
}

TEST_CASE("the bound comes from the environment, or is 512 MiB") {
  {
    const tests::Environment unset("STATOR_CACHE_MIB", nullptr);
    CHECK(default_cache_bytes() == int64_t{512} << 20);
  }
  {
    const tests::Environment chosen("STATOR_CACHE_MIB", "7");
    CHECK(default_cache_bytes() == int64_t{7} << 20);
  }
  for (const char* bad : {"-1", "many", "1 GB", "99999999999999999999"}) {
    const tests::Environment chosen("STATOR_CACHE_MIB", bad);
    CHECK(tests::error_of([] { KernelCache cache("somewhere"); }).find(bad) != std::string::npos);
  }
}

TEST_CASE("off means none") {
  const KernelCache cache("off");
  cache.store("key", "content");
  CHECK_FALSE(cache.find("key"));
  CHECK_FALSE(std::filesystem::exists("off"));
}
