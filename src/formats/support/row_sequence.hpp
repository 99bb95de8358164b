// Whether the rows of a log were written in the order of their times.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace joulecast::formats {

struct SequenceRow {
  std::int64_t us = 0;
  std::string_view text;
};

enum class RowSequence {
  as_written,  ///< in order, but for daylight saving, a clock that was set, or disorder of less than a period
  newest_first,  ///< nearly every row is older than the one before it
  in_parts,      ///< parts that belong before or beside each other, or no order at all
};

[[nodiscard]] RowSequence sequence_of(const std::vector<SequenceRow>& rows);

/// The usual step between rows of different times, in microseconds; 0 = not known.
[[nodiscard]] std::int64_t usual_step_us(std::vector<std::int64_t> times);

}  // namespace joulecast::formats
