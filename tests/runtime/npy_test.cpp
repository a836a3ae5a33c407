// .npy and .npz: a round trip, NumPy's own files, an archive made by hand, and damage.
#include "runtime/npy.h"

#include <zlib.h>

#include <vector>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using tests::error_of;

static std::string npy_text(const std::string& header, const std::string& data, int version = 1) {
  std::string file("\x93NUMPY", 6);
  file += {static_cast<char>(version), '\0', static_cast<char>(header.size()), '\0'};
  if (version == 2) file += std::string(2, '\0');
  return file + header + data;
}

TEST_CASE("arrays come back from .npy as they were") {
  const tests::TemporaryFolder folder;
  for (DType dtype :
       {DType::f64, DType::f32, DType::f16, DType::i64, DType::i32, DType::i16, DType::i8, DType::u8, DType::boolean}) {
    for (const NdArray::Extents& extents : {NdArray::Extents{2, 3}, NdArray::Extents{6}, NdArray::Extents{3, 1, 2}}) {
      const NdArray array = NdArray::from({1.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1.0f}, extents).to(dtype);
      write_npy(folder / "a.npy", array);
      CHECK(same_bits(read_npy(folder / "a.npy"), array));
      const std::string file = read_file(folder / "a.npy");
      CHECK((file.size() - static_cast<size_t>(array.size_bytes())) % 64 == 0);
    }
  }
  write_npy(folder / "a.npy", NdArray::scalar(2.5));
  CHECK(read_npy(folder / "a.npy") == NdArray::scalar(2.5));
  CHECK(error_of([&] { write_npy(folder / "b", NdArray::zeros(DType::bf16, {1})); }) ==
        (folder / "b") + ": NumPy has no dtype for bf16");
}

TEST_CASE("format 2 and keys in another order are read") {
  const NdArray array = parse_npy(npy_text("{'shape':(2,),'fortran_order':False,'descr':'|u1'}\n", "ab", 2), "x");
  CHECK(array == NdArray::from<uint8_t>({'a', 'b'}, {2}));
}

TEST_CASE("a damaged .npy is one sentence") {
  const std::string end = ", 'fortran_order': False, 'shape': (2,), }";
  const std::pair<std::string, std::string> damages[]{
      {"", "NumPy's magic"},
      {"not numpy at all", "NumPy's magic"},
      {npy_text("{}", "", 3), "its format version is 3"},
      {npy_text(std::string(100, ' '), "").substr(0, 50), "claims 100 bytes, but only 40"},
      {npy_text("{'descr': '<c8'" + end, "ab"), "dtype '<c8' is not one of"},
      {npy_text("{'descr': '>f4'" + end, "ab"), "dtype '>f4' is not one of"},
      {npy_text("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2), }", "ab"), "Fortran order"},
      {npy_text("{'descr': '|u1', 'fortran_order': 1, 'shape': (2,), }", "ab"), "'False' should be"},
      {npy_text("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }", "ab"), "not an extent"},
      {npy_text("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }", "ab"), "not an extent"},
      {npy_text("{'descr': '|u1', 'fortran_order': False}", "ab"), "the three keys"},
      {npy_text("{'descr': '|u1'" + end + "more", "ab"), "the three keys"},
      {npy_text("{'other': '|u1'" + end, "ab"), "unknown key 'other'"},
      {npy_text("{'descr", "ab"), "a text without an end"},
      {npy_text("{'descr': '|u1'" + end, "a"), "1 bytes given for u8 [2] of 2 bytes"},
      {npy_text("{'descr': '|u1'" + end, "abc"), "3 bytes given for u8 [2] of 2 bytes"}};
  for (const auto& [bytes, message] : damages)
    CHECK_THAT(error_of([&] { parse_npy(bytes, "p"); }),
               ContainsSubstring("p: not a valid .npy file: ") && ContainsSubstring(message));
}

namespace {

template <class T> void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string deflated(const std::string& bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Member {
  std::string name, content;
  uint16_t method = 0;
  uint32_t wrong = 0;  // added to the checksum
};

std::string zipped(const std::vector<Member>& members) {
  std::string file, directory;
  for (const Member& member : members) {
    const std::string packed = member.method == 8 ? deflated(member.content) : member.content;
    const auto checksum = static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(member.content.data()),
                                                        member.content.size())) +
                          member.wrong;
    const auto offset = static_cast<uint32_t>(file.size());
    const auto name_bytes = static_cast<uint16_t>(member.name.size());
    const auto common = [&](std::string& out) {
      put<uint16_t>(out, 20), put<uint16_t>(out, 0), put(out, member.method), put<uint32_t>(out, 0);
      put(out, checksum), put(out, static_cast<uint32_t>(packed.size()));
      put(out, static_cast<uint32_t>(member.content.size())), put(out, name_bytes), put<uint16_t>(out, 0);
    };
    put<uint32_t>(file, 0x04034b50), common(file);
    file += member.name + packed;
    put<uint32_t>(directory, 0x02014b50), put<uint16_t>(directory, 20), common(directory);
    put<uint16_t>(directory, 0), put<uint16_t>(directory, 0), put<uint16_t>(directory, 0);
    put<uint32_t>(directory, 0), put(directory, offset);
    directory += member.name;
  }
  const auto start = static_cast<uint32_t>(file.size());
  file += directory;
  const auto count = static_cast<uint16_t>(members.size());
  put<uint32_t>(file, 0x06054b50), put<uint32_t>(file, 0), put(file, count), put(file, count);
  put(file, static_cast<uint32_t>(directory.size())), put(file, start), put<uint16_t>(file, 0);
  return file;
}

const std::string two_bytes = npy_text("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "ab");

}  // namespace

TEST_CASE("stored and deflated members of an archive are read") {
  const tests::TemporaryFolder folder;
  const auto arrays =
      read_npz(folder.file("a.npz", zipped({{"x.npy", two_bytes}, {"layer.weight.npy", two_bytes, 8}})));
  REQUIRE(arrays.size() == 2);
  CHECK(arrays.at("x") == NdArray::from<uint8_t>({'a', 'b'}, {2}));
  CHECK(arrays.at("layer.weight") == arrays.at("x"));
  CHECK(read_npz(folder.file("empty.npz", zipped({}))).empty());
}

TEST_CASE("a damaged archive is one sentence") {
  const tests::TemporaryFolder folder;
  const auto error = [&](const std::string& bytes) { return error_of([&] { read_npz(folder.file("a.npz", bytes)); }); };
  CHECK_THAT(error("no zip"), ContainsSubstring("no zip directory"));
  CHECK_THAT(error(zipped({{"x.npy", two_bytes, 0, 1}})), ContainsSubstring("but the directory says"));
  CHECK_THAT(error(zipped({{"x.npy", two_bytes, 9}})), ContainsSubstring("compression method 9"));
  CHECK_THAT(error(zipped({{"x.npy", two_bytes}, {"x.npy", two_bytes}})), ContainsSubstring("twice"));
  CHECK_THAT(error(zipped({{"x.npy", "hello world!"}})), ContainsSubstring("a.npz(x.npy): not a valid .npy"));
  const std::string good = zipped({{"x.npy", two_bytes, 8}});
  for (size_t at = 0; at < good.size(); ++at) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
    error(flipped);
    if (error(good.substr(0, at)).empty()) FAIL("cut at " << at);
  }
}

TEST_CASE("NumPy's files are read") {
  const auto npy = tests::shared_data("reference/convnet/input.npy");
  const auto npz = tests::shared_data("reference/mlp/grads.npz");
  if (!npy || !npz) {
    WARN("skipped: $STATOR_DATA holds no reference/convnet/input.npy and reference/mlp/grads.npz");
    return;
  }
  CHECK(describe(read_npy(*npy)) == "f32 [32, 1, 28, 28]");
  CHECK_FALSE(read_npz(*npz).empty());
}
