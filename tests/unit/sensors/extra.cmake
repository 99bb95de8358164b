add_dependencies(unit_sensors fake_nvml fake_rocm)
target_compile_definitions(unit_sensors PRIVATE JOULECAST_FAKE_NVML_LIBRARY="$<TARGET_FILE:fake_nvml>"
                           JOULECAST_FAKE_ROCM_LIBRARY="$<TARGET_FILE:fake_rocm>")
target_link_libraries(unit_sensors PRIVATE ${CMAKE_DL_LIBS})
