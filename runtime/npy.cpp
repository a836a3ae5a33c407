// The .npy format: a magic, a version, a Python dict as text, the elements.
#include "runtime/npy.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "runtime/atomic_file.h"
#include "runtime/text.h"

namespace stator {
namespace {

constexpr std::string_view magic{"\x93NUMPY", 6};

/// NumPy's `descr` in the order of DType; empty where it has none.
constexpr std::string_view descriptions[]{"<f8", "<f4", "<f2", "", "<i8", "<i4", "<i2", "|i1", "|u1", "|b1"};

std::optional<DType> dtype_of(std::string_view description) {
  for (size_t i = 0; i < std::size(descriptions); ++i)
    if (!description.empty() && descriptions[i] == description) return static_cast<DType>(i);
  return std::nullopt;
}

/// Reads the dict `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, its keys in any order.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  std::string_view description;
  bool fortran_order = false;
  NdArray::Extents extents;

  void parse() {
    int seen = 0;
    expect("{");
    while (!accept("}")) {
      const std::string_view key = quoted();
      expect(":");
      if (key == "descr") description = quoted();
      else if (key == "fortran_order") fortran_order = boolean();
      else if (key == "shape") extents = tuple();
      else fail("its header has an unknown key '", key, "'");
      ++seen;
      if (!accept(",")) {
        expect("}");
        break;
      }
    }
    skip_blanks();
    if (seen != 3 || !text_.empty()) fail("its header is not the three keys descr, fortran_order, shape");
  }

  template <class... Parts> [[noreturn]] void fail(const Parts&... parts) const {
    throw UserError(concat(path_, ": not a valid .npy file: ", parts...));
  }

 private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }
  bool accept(std::string_view token) {
    skip_blanks();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail("its header has '", text_.substr(0, 10), "' where '", token, "' should be");
  }
  std::string_view quoted() {
    expect("'");
    const size_t end = text_.find('\'');
    if (end == std::string_view::npos) fail("its header has a text without an end");
    const std::string_view content = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return content;
  }
  bool boolean() {
    if (accept("True")) return true;
    expect("False");
    return false;
  }
  NdArray::Extents tuple() {
    NdArray::Extents numbers;
    expect("(");
    while (!accept(")")) {
      skip_blanks();
      int64_t number = -1;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
      if (error != std::errc() || number < 0) fail("its shape holds '", text_.substr(0, 10), "', not an extent");
      text_.remove_prefix(static_cast<size_t>(end - text_.data()));
      numbers.push_back(number);
      if (!accept(",")) {
        expect(")");
        break;
      }
    }
    return numbers;
  }

  std::string_view text_;
  std::string path_;
};

/// Where the header's text starts, and how long it is.
struct Frame {
  size_t start, length;
};

Frame frame_of(std::string_view file, const HeaderParser& parser) {
  if (!file.starts_with(magic) || file.size() < 12) parser.fail("it does not start with NumPy's magic");
  const int major = static_cast<unsigned char>(file[6]);
  if (major != 1 && major != 2) parser.fail("its format version is ", major, ", not 1 or 2");
  uint32_t length = 0;
  std::memcpy(&length, file.data() + 8, major == 1 ? 2 : 4);
  const size_t start = major == 1 ? 10 : 12;
  if (length > file.size() - start)
    parser.fail("its header claims ", length, " bytes, but only ", file.size() - start, " follow");
  return {start, length};
}

}  // namespace

NdArray parse_npy(std::string_view file, const std::string& path) {
  const Frame frame = frame_of(file, HeaderParser("", path));
  HeaderParser header(file.substr(frame.start, frame.length), path);
  header.parse();
  const std::optional<DType> dtype = dtype_of(header.description);
  if (!dtype) header.fail("dtype '", header.description, "' is not one of ", joined(descriptions));
  if (header.fortran_order && header.extents.size() > 1) header.fail("its elements are in Fortran order, not C order");
  try {
    return NdArray::from_bytes(*dtype, header.extents, file.substr(frame.start + frame.length));
  } catch (const UserError& error) { header.fail(error.what()); }
}

NdArray read_npy(const std::string& path) { return parse_npy(read_file(path), path); }

void write_npy(const std::string& path, const NdArray& array) {
  const std::string_view description = descriptions[static_cast<size_t>(array.dtype())];
  if (description.empty()) throw UserError(concat(path, ": NumPy has no dtype for ", name_of(array.dtype())));
  const NdArray dense = array.contiguous();
  std::string header = concat("{'descr': '", description, "', 'fortran_order': False, 'shape': (",
                              joined(dense.extents()), dense.rank() == 1 ? "," : "", "), }");
  header.resize((magic.size() + 4 + header.size() + 1 + 63) / 64 * 64 - magic.size() - 4 - 1, ' ');
  header += '\n';
  const auto length = static_cast<uint16_t>(header.size());
  std::string start(magic);
  start += {'\x01', '\x00', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  const std::string_view pieces[]{
      start, header, {reinterpret_cast<const char*>(dense.bytes()), static_cast<size_t>(dense.size_bytes())}};
  write_file_atomically(path, pieces);
}

}  // namespace stator
