// Fetching MNIST with libcurl.
#include <curl/curl.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/atomic_file.h"
#include "runtime/data/mnist.h"
#include "runtime/data/mnist_files.h"
#include "runtime/md5.h"
#include "runtime/text.h"

namespace stator::data {
namespace {

constexpr size_t greatest_bytes = size_t{64} << 20;
constexpr long connect_seconds = 15;
constexpr long stalled_seconds = 30;
constexpr long stalled_bytes_per_second = 1024;

size_t append(char* bytes, size_t size, size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > greatest_bytes) return 0;
  body.append(bytes, size * count);
  return size * count;
}

/// What an address gave: the bytes, or why there are none.
struct Answer {
  std::string body;
  std::string error;
};

Answer fetch(const std::string& address) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (started != CURLE_OK || !curl) throw InternalError("download: libcurl does not start");
  Answer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, address.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, connect_seconds);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, stalled_seconds);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT, stalled_bytes_per_second);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) answer.error = curl_easy_strerror(code);
  return answer;
}

std::string fetch_from_any(const std::string& name, std::string_view checksum, std::span<const std::string> mirrors) {
  std::vector<std::string> failures;
  for (const std::string& mirror : mirrors) {
    const std::string address = mirror + name;
    const Answer answer = fetch(address);
    if (!answer.error.empty()) {
      failures.push_back(concat(address, ": ", answer.error));
      continue;
    }
    const std::string found = md5(answer.body);
    if (found == checksum) return answer.body;
    failures.push_back(concat(address, ": its MD5 is ", found, ", not ", checksum));
  }
  throw UserError(concat("download: no mirror gives ", name, " (", joined(failures, "; "), ")"));
}

bool is_there(const std::string& path, std::string_view checksum) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && md5(read_file(path)) == checksum;
}

}  // namespace

std::span<const std::string> mnist_mirrors() {
  static const std::string mirrors[]{"https://ossci-datasets.s3.amazonaws.com/mnist/",
                                     "https://storage.googleapis.com/cvdf-datasets/mnist/"};
  return mirrors;
}

void download_mnist(const std::string& folder, std::span<const std::string> mirrors) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw UserError(concat("cannot make the folder '", folder, "': ", error.message()));
  for (const MnistFile& file : mnist_files) {
    const std::string name = concat(file.name, ".gz"), path = concat(folder, "/", name);
    if (!is_there(path, file.md5)) write_file_atomically(path, fetch_from_any(name, file.md5, mirrors));
  }
}

}  // namespace stator::data
