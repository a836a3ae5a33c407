// The .npz archive: a zip file whose central directory lists .npy members.
#include <zlib.h>

#include <cstring>

#include "runtime/atomic_file.h"
#include "runtime/inflate.h"
#include "runtime/npy.h"
#include "runtime/text.h"

namespace stator {
namespace {

constexpr uint32_t end_signature = 0x06054b50, entry_signature = 0x02014b50, local_signature = 0x04034b50;
constexpr size_t end_bytes = 22, entry_bytes = 46, local_bytes = 30;
constexpr uint32_t in_zip64 = 0xffffffff;

struct Member {
  std::string name;
  uint16_t method;
  uint32_t checksum;
  uint32_t compressed_bytes, plain_bytes;
  uint32_t local_offset;
};

class Archive {
 public:
  explicit Archive(const std::string& path) : path_(path), file_(read_file(path)) {}

  std::map<std::string, NdArray> read() const {
    const size_t end = find_end();
    const size_t count = number<uint16_t>(end + 10);
    size_t at = number<uint32_t>(end + 16);
    std::map<std::string, NdArray> arrays;
    for (size_t i = 0; i < count; ++i) {
      const Member member = member_at(at);
      at += entry_bytes + number<uint16_t>(at + 28) + number<uint16_t>(at + 30) + number<uint16_t>(at + 32);
      const std::string where = concat(path_, "(", member.name, ")");
      const bool suffixed = member.name.ends_with(".npy");
      const std::string name = suffixed ? member.name.substr(0, member.name.size() - 4) : member.name;
      if (!arrays.emplace(name, parse_npy(content_of(member, where), where)).second)
        fail("member '", member.name, "' stands in it twice");
    }
    return arrays;
  }

 private:
  template <class... Parts> [[noreturn]] void fail(const Parts&... parts) const {
    throw UserError(concat(path_, ": not a valid .npz file: ", parts...));
  }

  template <class T> T number(size_t at) const {
    T value;
    std::memcpy(&value, piece(at, sizeof value).data(), sizeof value);
    return value;
  }

  std::string_view piece(size_t at, size_t size) const {
    if (at > file_.size() || size > file_.size() - at)
      fail("bytes ", at, " to ", at + size, " are needed, but it has ", file_.size());
    return std::string_view(file_).substr(at, size);
  }

  /// The end record stands last, before a comment of at most 65,535 bytes.
  size_t find_end() const {
    for (size_t back = end_bytes; back <= file_.size() && back <= end_bytes + 0xffff; ++back)
      if (number<uint32_t>(file_.size() - back) == end_signature) return file_.size() - back;
    fail("it has no zip directory");
  }

  Member member_at(size_t at) const {
    if (number<uint32_t>(at) != entry_signature) fail("its zip directory is damaged at byte ", at);
    const std::string name(piece(at + entry_bytes, number<uint16_t>(at + 28)));
    const Member member{name,
                        number<uint16_t>(at + 10),
                        number<uint32_t>(at + 16),
                        number<uint32_t>(at + 20),
                        number<uint32_t>(at + 24),
                        number<uint32_t>(at + 42)};
    if (member.compressed_bytes == in_zip64 || member.plain_bytes == in_zip64 || member.local_offset == in_zip64)
      fail("member '", name, "' is in the zip64 form, of 4 GiB or more");
    return member;
  }

  std::string content_of(const Member& member, const std::string& where) const {
    const size_t local = member.local_offset;
    if (number<uint32_t>(local) != local_signature) fail("member '", member.name, "' is not at byte ", local);
    const size_t start = local + local_bytes + number<uint16_t>(local + 26) + number<uint16_t>(local + 28);
    const std::string_view bytes = piece(start, member.compressed_bytes);
    if (member.method != 0 && member.method != 8)
      fail("member '", member.name, "' has compression method ", member.method, ", not 0 (stored) or 8 (deflated)");
    std::string content = member.method == 0 ? std::string(bytes) : inflate(bytes, Compression::raw_deflate, where);
    if (content.size() != member.plain_bytes)
      fail("member '", member.name, "' has ", content.size(), " bytes, but the directory says ", member.plain_bytes);
    const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    if (checksum != member.checksum)
      fail("member '", member.name, "' has checksum ", checksum, ", but the directory says ", member.checksum);
    return content;
  }

  std::string path_;
  std::string file_;
};

}  // namespace

std::map<std::string, NdArray> read_npz(const std::string& path) { return Archive(path).read(); }

}  // namespace stator
