// Small pictures of one row: a bar and a sparkline, in Unicode or in ASCII.
#pragma once

#include <string>

#include "top/power_history.hpp"

namespace joulecast::top {

/// A bar of `width` characters of which the share 0..1 is full.
[[nodiscard]] std::string bar(double share, int width, bool unicode);

/// The latest values in `width` characters, from 0 up to the highest of them; a blank where nothing is known.
[[nodiscard]] std::string sparkline(const PowerHistory::Series& series, int width, bool unicode);

}  // namespace joulecast::top
