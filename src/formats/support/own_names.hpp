// What the headings of home-made logs mean: "power_draw_w", "GPU0 Power (W)", "gpu.1.powerWatts".
#pragma once

#include <string_view>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {

/// The meaning of a heading by its words and its unit; `header` has the headings beside it, which tell
/// whether a plain "power" is a GPU's. A power without a unit has the meaning of a power whose unit is not
/// known.
[[nodiscard]] Meaning meaning_of_own_name(std::string_view heading, Cells header);

/// Whether cells are a header: none is a number or a time, and one means a power.
[[nodiscard]] bool is_header_of_own_names(Cells cells);

}  // namespace joulecast::formats
