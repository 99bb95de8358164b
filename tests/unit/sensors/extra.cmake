add_dependencies(unit_sensors fake_nvml)
target_compile_definitions(unit_sensors PRIVATE JOULECAST_FAKE_NVML_LIBRARY="$<TARGET_FILE:fake_nvml>")
target_link_libraries(unit_sensors PRIVATE ${CMAKE_DL_LIBS})
