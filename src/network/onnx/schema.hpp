// libonnx's operator schemas; apart from library.hpp because few files need them.
#pragma once

#include "network/onnx/library.hpp"
// The macros of library.hpp come first, whatever the order of names is.
// clang-format off
#include <onnx/defs/schema.h>
// clang-format on
