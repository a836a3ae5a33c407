# What `cmake --install` puts in place for programs that make libraries ahead of time: headers as they stand in the
# repository, the runtime, statorc, and a package for find_package(Stator).
include(CMakePackageConfigHelpers)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/stator)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Stator)

foreach(folder dsl compiler/interface runtime)
  cmake_path(GET folder PARENT_PATH parent)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${headers}/${parent} COMPONENT stator
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def" PATTERN "*.inc")
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/include/stator/stator.h DESTINATION ${headers}/stator COMPONENT stator)

foreach(name dsl runtime graph_file)
  set_target_properties(stator_${name} PROPERTIES EXPORT_NAME ${name})
endforeach()
install(TARGETS stator_dsl stator_runtime stator_graph_file statorc EXPORT StatorTargets COMPONENT stator
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
