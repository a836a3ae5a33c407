# stator_add_model(NAME PROGRAM program SOURCE header [FUNCTIONS f...] [BIND batch=1,32...] [TARGETS x86-64-v3...]
#                  [PRECISION bf16] [MEMORY_BUDGET n] [MAX_BYTES n] [EMBED_WEIGHTS file] [PACK_WEIGHTS file]
#                  [FREESTANDING])
#
# A static library target NAME with the header NAME.h, compiled ahead of time from the program that the header declares:
# a small program is built that includes it and writes the graph, and statorc compiles that. FUNCTIONS: all by default.
# TARGETS: several are chosen from at start; this machine's by default. PRECISION: f32 by default. MEMORY_BUDGET: what
# an arena may take, as 200kB; values are computed again until it does. MAX_BYTES: the most that an arena may need.
# EMBED_WEIGHTS: a safetensors file that becomes part of the library. PACK_WEIGHTS: one that NAME.TARGET.packed, beside
# the header, is made of for each target. FREESTANDING: nothing of libm may be needed.
# Needs the targets stator::dsl, stator::graph_file and stator::statorc, which find_package(Stator) gives too.
function(stator_add_model name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FREESTANDING"
    "PROGRAM;SOURCE;PRECISION;MEMORY_BUDGET;MAX_BYTES;EMBED_WEIGHTS;PACK_WEIGHTS"
    "FUNCTIONS;BIND;TARGETS")
  foreach(needed PROGRAM SOURCE)
    if(NOT arg_${needed})
      message(FATAL_ERROR "stator_add_model(${name}): ${needed} is missing")
    endif()
  endforeach()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "stator_add_model(${name}): '${arg_UNPARSED_ARGUMENTS}' is not understood")
  endif()
  foreach(file SOURCE EMBED_WEIGHTS PACK_WEIGHTS)
    if(DEFINED arg_${file})
      cmake_path(ABSOLUTE_PATH arg_${file} BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    endif()
  endforeach()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}_model)
  set(graph ${folder}/${name}.graph)
  file(CONFIGURE OUTPUT ${folder}/write_graph.cpp @ONLY CONTENT
"// Made by stator_add_model: writes the graph of a program to a file.
#include \"@arg_SOURCE@\"

int main(int, char** argv) { stator::save_program(@arg_PROGRAM@, argv[1]); }
")
  add_executable(${name}_write_graph ${folder}/write_graph.cpp)
  target_link_libraries(${name}_write_graph PRIVATE stator::dsl stator::graph_file)
  add_custom_command(OUTPUT ${graph}
    COMMAND ${name}_write_graph ${graph}
    DEPENDS ${name}_write_graph
    VERBATIM)

  set(options --name ${name} --emit lib,header --output ${folder})
  foreach(option "FUNCTIONS|--functions|," "TARGETS|--target|," "BIND|--bind| " "PRECISION|--precision|"
      "MEMORY_BUDGET|--memory-budget|" "MAX_BYTES|--max-bytes|" "EMBED_WEIGHTS|--embed-weights|" "PACK_WEIGHTS|--pack-weights|")
    string(REPLACE "|" ";" parts "${option}")
    list(GET parts 0 key)
    list(GET parts 1 flag)
    list(GET parts 2 separator)
    if(DEFINED arg_${key})
      list(JOIN arg_${key} "${separator}" value)
      list(APPEND options ${flag} ${value})
    endif()
  endforeach()
  if(arg_FREESTANDING)
    list(APPEND options --freestanding)
  endif()
  set(library ${folder}/lib${name}.a)
  add_custom_command(OUTPUT ${library} ${folder}/${name}.h
    COMMAND stator::statorc ${graph} ${options}
    DEPENDS ${graph} $<TARGET_FILE:stator::statorc> ${arg_EMBED_WEIGHTS} ${arg_PACK_WEIGHTS}
    COMMENT "Compiling the model ${name}"
    VERBATIM)
  add_custom_target(${name}_library DEPENDS ${library})
  add_library(${name} STATIC IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_INCLUDE_DIRECTORIES ${folder}
    INTERFACE_LINK_LIBRARIES m)
  add_dependencies(${name} ${name}_library)
endfunction()
