# Builds from nothing compile files in batches, so that a header is read, and a template instantiated, once for several files:
# that takes a third off the time. A build for daily work does without, since there a change would cost a whole batch.
option(JOULECAST_BATCHES "Compile several files as one: two thirds of the time from nothing, but longer after a change" OFF)

# joulecast_batches(TARGET)
#   cmake/batches.py keeps files apart that have the same name for different things. If a new name clashes with one of its batch,
#   the next run of cmake parts them.
function(joulecast_batches TARGET)
  if(NOT JOULECAST_BATCHES)
    return()
  endif()
  get_target_property(sources ${TARGET} SOURCES)
  set(written "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source)
    cmake_path(IS_PREFIX CMAKE_BINARY_DIR ${source} is_generated)  # and not there yet
    if(NOT is_generated)
      list(APPEND written ${source})
    endif()
  endforeach()
  execute_process(COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/batches.py ${written}
                  OUTPUT_VARIABLE batches COMMAND_ERROR_IS_FATAL ANY)
  foreach(source batch IN ZIP_LISTS written batches)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${batch})
  endforeach()
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What one file of a batch says is a header's to the compiler, and concerns the next. Other builds keep these warnings.
  target_compile_options(${TARGET} PRIVATE -Wno-shadow $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endfunction()
