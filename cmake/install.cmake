# What `cmake --install` puts in place: headers as they stand in the repository, all of Stator as one library, statorc and
# the runtime for libraries that are made ahead of time, and a package for find_package(Stator).
include(CMakePackageConfigHelpers)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/stator)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Stator)

foreach(folder dsl compiler/interface runtime)
  cmake_path(GET folder PARENT_PATH parent)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${headers}/${parent} COMPONENT stator
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def" PATTERN "*.inc")
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/include/stator/stator.h ${PROJECT_BINARY_DIR}/include/stator/eager.h
  DESTINATION ${headers}/stator COMPONENT stator)

# What this tree links as a row of archives, an installed program gets as one library, which alone knows LLVM.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/shared.cpp CONTENT "// All that is in this library comes from archives.\n")
add_library(stator_shared SHARED ${PROJECT_BINARY_DIR}/shared.cpp)
set(whole stator_eager stator_compiler stator_graph_file stator_runtime)
list(TRANSFORM whole REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE archives)
target_link_libraries(stator_shared
  PRIVATE -Wl,--whole-archive ${archives} -Wl,--no-whole-archive ${whole}
  INTERFACE stator_dsl)
set_target_properties(stator_shared PROPERTIES
  OUTPUT_NAME stator VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  EXPORT_NAME stator INSTALL_RPATH_USE_LINK_PATH ON)

foreach(name dsl runtime graph_file)
  set_target_properties(stator_${name} PROPERTIES EXPORT_NAME ${name})
endforeach()
install(TARGETS stator_dsl stator_shared stator_runtime stator_graph_file statorc EXPORT StatorTargets COMPONENT stator
  LIBRARY COMPONENT stator
  ARCHIVE COMPONENT stator
  RUNTIME COMPONENT stator
  INCLUDES DESTINATION ${headers})
install(EXPORT StatorTargets NAMESPACE stator:: DESTINATION ${package} COMPONENT stator)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/StatorConfig.cmake.in ${PROJECT_BINARY_DIR}/StatorConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/StatorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/StatorConfig.cmake ${PROJECT_BINARY_DIR}/StatorConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/stator_add_model.cmake
  DESTINATION ${package} COMPONENT stator)
