if(JOULECAST_LIBPQ_INCLUDE)
  target_compile_definitions(unit_store PRIVATE JOULECAST_WITH_POSTGRES)
endif()
