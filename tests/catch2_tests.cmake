# Tests written with Catch2: one program for each folder or group, one CTest entry for each of its source files.

# The main of every program, compiled once. tests/catch.h hides what differs between Catch2 2 and 3.
add_library(stator_catch_main STATIC catch_main.cpp)
target_include_directories(stator_catch_main PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(stator_catch_main PUBLIC Catch2::Catch2 PRIVATE stator_warnings)

# stator_test(NAME SOURCE... [LIBRARIES TARGET...] [DEPENDS TARGET...])
#
# The program test_NAME; its source ndarray_test.cpp becomes the CTest entry NAME.ndarray, which runs that file's cases.
# A file without a case fails; one in which a case warns "skipped: ..." counts as skipped. DEPENDS names programs that the tests start.
function(stator_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES;DEPENDS")
  add_executable(test_${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(test_${name} PRIVATE ${arg_LIBRARIES} stator_catch_main stator_warnings)
  add_dependencies(stator_tests test_${name} ${arg_DEPENDS})
  foreach(source ${arg_UNPARSED_ARGUMENTS})
    cmake_path(GET source STEM file)
    string(REGEX REPLACE "_test$" "" case ${file})
    add_test(NAME ${name}.${case} COMMAND test_${name} --filenames-as-tags --warn NoTests "[#${file}]")
    set_tests_properties(${name}.${case} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
  endforeach()
endfunction()

# stator_records_cases(TEST...)
#
# These entries compare with PyTorch's reference cases: each writes the names of those that passed into a file of the
# folder `cases`, from which docs.coverage is made.
function(stator_records_cases)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/cases)
  foreach(test ${ARGN})
    set_tests_properties(${test} PROPERTIES
      ENVIRONMENT "STATOR_CASES=${PROJECT_BINARY_DIR}/cases/${test}.cases"
      FIXTURES_SETUP torch_cases)
  endforeach()
endfunction()
