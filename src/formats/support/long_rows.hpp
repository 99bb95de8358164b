// Tables in long form: a row for each value, with its name in one column and the number in another
// ("timestamp,metric,value"), as metric stores export them. They are read as the rows of a table whose
// headings are the names. Internal to the module.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/support/line_reader.hpp"

namespace joulecast::formats {

struct LongForm {
  std::size_t time = 0;
  std::size_t value = 0;
  std::optional<std::size_t> unit;
  std::vector<std::size_t> labels;  ///< the columns that make up the name: "gpu0" and "power_w"
  std::vector<std::string> headings;
  std::vector<std::string> names;  ///< those of the first rows; what is new later is left out
};

/// The form of a table with this beginning, in plain form; nothing if it is not in long form or has no power.
[[nodiscard]] std::optional<LongForm> long_form_of(std::string_view head);

/// The table with a column for each name. `lines`, which begin with the heading, must outlive it.
[[nodiscard]] LineReader in_wide_form(LineReader& lines, LongForm form);

}  // namespace joulecast::formats
