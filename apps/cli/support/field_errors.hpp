// Errors of use cases name the field of the request that is wrong; people know it by its option.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::cli {

/// Where the error is about one of these fields of a request ("per_use"), it is about the option
/// ("--per-use").
[[nodiscard]] Error with_option(Error error, std::initializer_list<std::string_view> fields);

}  // namespace joulecast::cli
