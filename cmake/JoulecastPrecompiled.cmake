# Headers that almost every file uses are compiled once instead of once per file. Files still include what they use,
# because they must also compile without precompiled headers (the clang preset builds that way).
#
# gcc accepts a precompiled header only with the flags that it was made with, so there is one for each kind of target. In a
# release build the kind also sets the optimisation, which takes half of the time of compiling a file:
#   full    -O3: numerics, and code that runs during a training
#   quick   -Os: use cases, reports, commands, sensors; they wait for the disk or the kernel, or run once. Half the size of -O1
#   test    -O0: tests, with GoogleTest; the code under test is compiled as it is shipped
set(JOULECAST_COMMON_HEADERS
    <algorithm> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <vector> <fmt/format.h> <tl/expected.hpp>)
set(JOULECAST_RELEASE_FLAG_quick -Os -Wno-maybe-uninitialized) # gcc 12 warns of optionals that are checked; the dev build keeps the warning
set(JOULECAST_RELEASE_FLAG_test -O0)

# joulecast_precompiled(KIND [library...]): the libraries are those that the headers need.
function(joulecast_precompiled KIND)
  set(file ${CMAKE_BINARY_DIR}/generated/precompiled_${KIND}.cpp)
  file(GENERATE OUTPUT ${file} CONTENT "// Only carries a precompiled header.\n")
  add_library(joulecast_precompiled_${KIND} OBJECT ${file})
  target_link_libraries(joulecast_precompiled_${KIND} PRIVATE fmt::fmt tl::expected ${ARGN})
  target_compile_options(joulecast_precompiled_${KIND} PRIVATE "$<$<CONFIG:Release>:${JOULECAST_RELEASE_FLAG_${KIND}}>")
  target_precompile_headers(joulecast_precompiled_${KIND} PRIVATE ${JOULECAST_COMMON_HEADERS})
endfunction()

# Compiles a target as one of the kinds; in batches if the build wants them, but for tests, which change more often and share files.
function(joulecast_compile_as TARGET KIND)
  if(NOT KIND STREQUAL "test")
    joulecast_batches(${TARGET})
  endif()
  target_compile_options(${TARGET} PRIVATE "$<$<CONFIG:Release>:${JOULECAST_RELEASE_FLAG_${KIND}}>")
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    target_precompile_headers(${TARGET} REUSE_FROM joulecast_precompiled_${KIND})
  endif()
endfunction()

# joulecast_full_speed(file...): files of a quick target in whose loops time is spent, such as over every reading of a run.
function(joulecast_full_speed)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-O3>" SKIP_PRECOMPILE_HEADERS ON)
endfunction()

joulecast_precompiled(full)
joulecast_precompiled(quick)
if(JOULECAST_TESTS)
  joulecast_precompiled(test GTest::gmock)
  target_precompile_headers(joulecast_precompiled_test PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endif()
