// Errors of use cases name a field of the request ("per_use"; `per_use` within a sentence); people know it by
// its option.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::cli {

/// The error with the options ("--per-use") in place of these fields.
[[nodiscard]] Error with_option(Error error, std::initializer_list<std::string_view> fields);

}  // namespace joulecast::cli
