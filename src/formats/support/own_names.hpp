// What the headings of home-made logs mean: "power_draw_w", "GPU0 Power (W)", "gpu.1.powerWatts".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {

/// The meaning of a heading by its words and its unit; `header` has the headings beside it, which tell
/// whether a plain "power" is a GPU's. A power without a unit has the meaning of a power whose unit is not
/// known.
[[nodiscard]] Meaning meaning_of_own_name(std::string_view heading, Cells header);

/// The words of a heading that say neither what is measured nor how: "alpha" of "alpha_power_w".
[[nodiscard]] std::string name_in(std::string_view heading);

/// Whether a name tells alike devices apart: "a", "left".
[[nodiscard]] bool is_place_name(std::string_view name);

/// Whether two columns belong to different runs of one export of Weights & Biases.
[[nodiscard]] bool is_of_another_run(std::string_view heading, std::string_view other);

/// What a device's own name tells: "cuda:0", "package-0", "pp0", "dram".
struct NamedDevice {
  std::optional<trace::Component> component;
  std::string number;  ///< of a CPU's package; "" for the first or only one
  std::string rail;    ///< part of a CPU's package, which has it included: "cores"
  /// RAPL's psys: the whole platform, or something else on some machines; a mean of the others.
  bool overlaps_others = false;
};
[[nodiscard]] NamedDevice named_device(std::string_view device);

/// Whether cells are a header: none is a number or a time, and one means a power.
[[nodiscard]] bool is_header_of_own_names(Cells cells);

}  // namespace joulecast::formats
