# Writes OUTPUT: the files BITCODES, each called glue_TRIPLE.bc, as constants of glue_bitcode.h.
set(constants "")
set(choices "")
foreach(bitcode ${BITCODES})
  string(REGEX REPLACE "^.*/glue_([a-z0-9_]+)-.*$" "\\1" architecture ${bitcode})
  file(READ ${bitcode} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  string(APPEND constants "alignas(4) constexpr unsigned char ${architecture}[]{\n${bytes}};\n")
  string(APPEND choices "  if (triple.starts_with(\"${architecture}\")) return view(${architecture});\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by compiler/aot/embed_glue.cmake.
#include \"compiler/aot/glue_bitcode.h\"

#include \"runtime/error.h\"

namespace stator::aot {

namespace {

${constants}
template <unsigned long n> std::string_view view(const unsigned char (&bytes)[n]) {
  return {reinterpret_cast<const char*>(bytes), n};
}

}  // namespace

std::string_view glue_bitcode(std::string_view triple) {
${choices}  throw InternalError(\"aot: no glue for this architecture\");
}

}  // namespace stator::aot
")
