// libonnx's operator schemas; apart from library.hpp because few files need them.
#pragma once

#include "network/onnx/library.hpp"
// library.hpp has to come first, because of its macros.
// clang-format off
#include <onnx/defs/schema.h>
// clang-format on
