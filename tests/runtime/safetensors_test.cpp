// safetensors: a round trip, PyTorch's files, and every kind of damage.
#include "runtime/safetensors.h"

#include <cstring>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using tests::error_of;

static std::string framed(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

TEST_CASE("tensors of every dtype and metadata come back as they were") {
  const tests::TemporaryFolder folder;
  SafetensorsFile file;
  for (int i = 0; i < 10; ++i) {
    const auto dtype = static_cast<DType>(i);
    file.tensors[std::string(name_of(dtype))] = NdArray::from({1.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1.0f}, {2, 3}).to(dtype);
  }
  file.tensors["scalar"] = NdArray::scalar(2.5);
  file.tensors["empty"] = NdArray::zeros(DType::f32, {0, 4});
  file.tensors["turned"] = NdArray::from({1.0f, 2.0f, 3.0f, 4.0f}, {2, 2}).transpose(0, 1);
  file.metadata = {{"key", "a \"text\"\n"}, {"other", ""}};
  write_safetensors(folder / "all.safetensors", file);
  const SafetensorsFile read = read_safetensors(folder / "all.safetensors");
  CHECK(read.metadata == file.metadata);
  REQUIRE(read.tensors.size() == file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) CHECK(same_bits(read.tensors.at(name), tensor));
  CHECK(folder.file_count() == 1);
}

TEST_CASE("an unwritable path is told") {
  CHECK_THAT(error_of([] { write_safetensors("/nowhere/at/all", {}); }), ContainsSubstring("cannot write"));
}

TEST_CASE("a damaged file is one sentence that says what is wrong") {
  struct Damage {
    std::string bytes, message;
  };
  const std::string good = R"("shape":[2],"data_offsets":[0,8]})";
  const std::string data(8, '\0');
  uint64_t huge = uint64_t{1} << 60;
  const Damage damages[]{
      {"abc", "it has 3 bytes, fewer than the 8"},
      {std::string(reinterpret_cast<char*>(&huge), 8), "its header claims 1152921504606846976 bytes, more than"},
      {framed("{}", "").substr(0, 9), "its header claims 2 bytes, but only 1 follow"},
      {framed("{", ""), "is not JSON"},
      {framed("[]", ""), "is not a JSON object but a array"},
      {framed(R"({"a":{"dtype":"F32","shape":[2]}})", data), "'a' has no data_offsets"},
      {framed(R"({"a":3})", data), "'a' has no dtype"},
      {framed(R"({"a":{"dtype":"F99",)" + good + "}", data), "dtype F99 is not one of F64"},
      {framed(R"({"a":{"dtype":7,)" + good + "}", data), "dtype 7 is not one of"},
      {framed(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", data), "shape is not a list of whole"},
      {framed(R"({"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}})", data), "shape is not a list of whole"},
      {framed(R"({"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", data), "shape is not a list of whole"},
      {framed(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", data), "data_offsets has 1 numbers"},
      {framed(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", data), "begins at 8 and ends before that"},
      {framed(R"({"a":{"dtype":"F32",)" + good + "}", "1234"), "ends at byte 8 of the data, of which there are 4"},
      {framed(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", data), "needs 12 bytes, but has 8"},
      {framed(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", data),
       "larger than any"},
      {framed(R"({"a":{"dtype":"F32",)" + good + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", data),
       "'b' begins at 4, inside one that ends at 8"},
      {framed(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", data),
       "bytes 0 to 4 of the data belong to no"},
      {framed(R"({"a":{"dtype":"F32",)" + good + "}", data + "x"), "end at byte 8 of the data, of which there are 9"},
      {framed(R"({"a":{"dtype":"F32",)" + good + R"(,"a":{"dtype":"F32",)" + good + "}", data), "stands in it twice"},
      {framed(R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", "\x05"), "a byte is 5"},
      {framed(R"({"__metadata__":{"a":1}})", ""), "__metadata__ 'a' is not a text but a number"},
      {framed(R"({"__metadata__":[]})", ""), "__metadata__ is not an object"},
  };
  const tests::TemporaryFolder folder;
  for (const auto& [bytes, message] : damages) {
    const std::string path = folder.file("damaged", bytes);
    const std::string error = error_of([&] { read_safetensors(path); });
    CHECK_THAT(error, ContainsSubstring(message));
    CHECK_THAT(error, ContainsSubstring(path + ": not a valid safetensors file: "));
  }
}

TEST_CASE("every cut and every flipped header byte of a real file is refused or read, never a crash") {
  const tests::TemporaryFolder folder;
  SafetensorsFile file;
  file.tensors["weight"] = NdArray::from({1.0f, 2.0f}, {2});
  write_safetensors(folder / "good", file);
  const std::string good = read_file(folder / "good");
  for (size_t cut = 0; cut < good.size(); ++cut) {
    const std::string path = folder.file("cut", good.substr(0, cut));
    if (error_of([&] { read_safetensors(path); }).empty()) FAIL("cut at " << cut);
  }
  for (size_t at = 0; at < good.size() - 8; ++at) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x15);
    const std::string path = folder.file("flipped", flipped);
    error_of([&] { read_safetensors(path); });
  }
}

TEST_CASE("PyTorch's file is read") {
  const auto path = tests::shared_data("reference/convnet/model.safetensors");
  if (!path) {
    WARN("skipped: $STATOR_DATA holds no reference/convnet/model.safetensors");
    return;
  }
  const SafetensorsFile file = read_safetensors(*path);
  CHECK(file.tensors.size() == 8);
  CHECK(describe(file.tensors.at("fc1.weight")) == "f32 [64, 4608]");
}
