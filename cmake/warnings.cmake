# `stator_warnings`: the warnings that all of Stator's own sources compile without. Link it PRIVATE.
add_library(stator_warnings INTERFACE)
target_compile_options(stator_warnings INTERFACE -Wall -Wextra -Wpedantic)
if(STATOR_WARNINGS_AS_ERRORS)
  target_compile_options(stator_warnings INTERFACE -Werror)
endif()

# Under the sanitizers, g++ takes the standard library's own std::function and std::regex for uninitialized.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(stator_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

# With clang, stable algorithms of the standard library of g++ 12 warn of what they use themselves.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(stator_warnings INTERFACE -Wno-deprecated-declarations)
endif()
