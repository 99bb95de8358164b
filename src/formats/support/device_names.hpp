// What the names of devices and the rest of a heading tell: "cuda:0", "package-0", "left_power_w".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trace/channel.hpp"

namespace joulecast::formats {

/// The words of a heading that say neither what is measured nor how: "alpha" of "alpha_power_w".
[[nodiscard]] std::string name_in(std::string_view heading);

/// The kind of device that a heading names: of "gpu", "rapl", "wall"; nothing where it names none.
[[nodiscard]] std::optional<trace::Component> named_kind(std::string_view heading);

/// Whether a name tells alike devices apart: "a", "left".
[[nodiscard]] bool is_place_name(std::string_view name);

/// Whether two columns belong to different runs of one export of Weights & Biases.
[[nodiscard]] bool is_of_another_run(std::string_view heading, std::string_view other);

/// What a device's own name tells: "cuda:0", "package-0", "pp0", "dram".
struct NamedDevice {
  std::optional<trace::Component> component;
  std::string number;  ///< of a CPU's package; "" for the first or only one
  std::string rail;    ///< part of a CPU's package, which has it included: "cores"
  /// RAPL's psys: the whole platform, or something else on some machines; a mean of the others; a share of a
  /// process.
  bool overlaps_others = false;
  bool is_no_power = false;  ///< "gpu0_util": another quantity in a column of several
};
[[nodiscard]] NamedDevice named_device(std::string_view device);

}  // namespace joulecast::formats
