# Headers that almost every file uses are compiled once instead of once per file. Files still include what they use,
# because they must also compile without precompiled headers (the clang preset builds that way).
#
# gcc accepts a precompiled header only with the flags that it was made with, so there is one for each kind of target:
#   full    optimised code: numerics, and code that runs during a training
#   quick   -O1: use cases, reports, commands, tests. They wait for the disk or run once, and compile in half the time
#   test    quick, with GoogleTest
set(JOULECAST_COMMON_HEADERS
    <algorithm> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <vector> <fmt/format.h> <tl/expected.hpp>)

function(joulecast_precompiled KIND)
  set(file ${CMAKE_BINARY_DIR}/generated/precompiled_${KIND}.cpp)
  file(GENERATE OUTPUT ${file} CONTENT "// Only carries a precompiled header.\n")
  add_library(joulecast_precompiled_${KIND} OBJECT ${file})
  target_link_libraries(joulecast_precompiled_${KIND} PRIVATE fmt::fmt tl::expected ${ARGN})
  target_precompile_headers(joulecast_precompiled_${KIND} PRIVATE ${JOULECAST_COMMON_HEADERS})
endfunction()

# Gives a target the precompiled header of a kind, and -O1 if the kind needs it.
function(joulecast_compile_as TARGET KIND)
  if(NOT KIND STREQUAL "full")
    target_compile_options(${TARGET} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    target_precompile_headers(${TARGET} REUSE_FROM joulecast_precompiled_${KIND})
  endif()
endfunction()

joulecast_precompiled(full)
joulecast_precompiled(quick)
target_compile_options(joulecast_precompiled_quick PRIVATE $<$<CONFIG:Release>:-O1>)
if(JOULECAST_TESTS)
  joulecast_precompiled(test GTest::gmock)
  target_compile_options(joulecast_precompiled_test PRIVATE $<$<CONFIG:Release>:-O1>)
  target_precompile_headers(joulecast_precompiled_test PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endif()
