# Tests of the IR: .mlir files that lit runs through stator-opt and FileCheck. One CTest entry for each folder.
find_package(MLIR 19.1 REQUIRED CONFIG HINTS /usr/lib/llvm-19)
find_program(STATOR_FILECHECK NAMES FileCheck HINTS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)
find_program(STATOR_LIT NAMES lit.py llvm-lit lit HINTS ${LLVM_TOOLS_BINARY_DIR}/../build/utils/lit REQUIRED)

# stator_lit_tests(NAME): the .mlir files of this folder, as the CTest entry NAME.
function(stator_lit_tests name)
  cmake_path(GET STATOR_FILECHECK PARENT_PATH filecheck_folder)
  configure_file(${PROJECT_SOURCE_DIR}/tests/lit.site.cfg.py.in ${CMAKE_CURRENT_BINARY_DIR}/lit.site.cfg.py.in @ONLY)
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/lit.site.cfg.py INPUT ${CMAKE_CURRENT_BINARY_DIR}/lit.site.cfg.py.in)
  add_dependencies(stator_tests stator-opt)
  add_test(NAME ${name} COMMAND Python3::Interpreter ${STATOR_LIT} -sv -j2 ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES PROCESSORS 2)
endfunction()
