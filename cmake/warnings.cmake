# `stator_warnings`: the warnings that all of Stator's own sources compile without. Link it PRIVATE.
add_library(stator_warnings INTERFACE)
target_compile_options(stator_warnings INTERFACE -Wall -Wextra -Wpedantic)
if(STATOR_WARNINGS_AS_ERRORS)
  target_compile_options(stator_warnings INTERFACE -Werror)
endif()
