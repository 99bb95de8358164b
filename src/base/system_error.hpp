// What the operating system's error numbers mean to us.
#pragma once

#include <string>

#include "base/result.hpp"

namespace joulecast {

/// unavailable, denied, retry or gone, from an errno.
[[nodiscard]] ErrorKind kind_of_errno(int error);

/// An error of that kind with the system's own words: "No such file or directory".
[[nodiscard]] Failure fail_errno(std::string where, int error);

}  // namespace joulecast
