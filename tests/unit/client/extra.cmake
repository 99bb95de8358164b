target_link_libraries(unit_client PRIVATE joulecast::progress)
