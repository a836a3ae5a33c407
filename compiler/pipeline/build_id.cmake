# Writes OUTPUT, a source file that defines stator::build_id: a hash of the sources below ROOT that code depends on.
file(GLOB_RECURSE sources ${ROOT}/compiler/*.h ${ROOT}/compiler/*.cpp ${ROOT}/compiler/*.td ${ROOT}/compiler/*.in
  ${ROOT}/compiler/*.def)
list(SORT sources)
set(hashes)
foreach(source ${sources} ${ROOT}/runtime/abi.h ${ROOT}/runtime/state_layout.h ${ROOT}/runtime/step_table.h)
  file(SHA256 ${source} hash)
  list(APPEND hashes ${hash})
endforeach()
string(SHA256 all "${hashes}")
file(WRITE ${OUTPUT} "namespace stator {\nextern const char* const build_id;\nconst char* const build_id = \"${all}\";\n}  // namespace stator\n")
