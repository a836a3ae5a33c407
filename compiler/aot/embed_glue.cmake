# Writes OUTPUT: the bitcode files X86 and ARM as constants of glue_bitcode.h.
set(text "// Made by compiler/aot/embed_glue.cmake.\n#include \"compiler/aot/glue_bitcode.h\"\n\n#include \"runtime/error.h\"\n\nnamespace stator::aot {\n\nnamespace {\n")
foreach(architecture X86 ARM)
  file(READ ${${architecture}} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  string(APPEND text "alignas(4) constexpr unsigned char ${architecture}[]{\n${bytes}};\n")
endforeach()
string(APPEND text "
template <unsigned long n> std::string_view view(const unsigned char (&bytes)[n]) {
  return {reinterpret_cast<const char*>(bytes), n};
}

}  // namespace

std::string_view glue_bitcode(std::string_view triple) {
  if (triple.starts_with(\"x86_64\")) return view(X86);
  if (triple.starts_with(\"aarch64\")) return view(ARM);
  throw InternalError(\"aot: no glue for this architecture\");
}

}  // namespace stator::aot
")
file(WRITE ${OUTPUT} "${text}")
