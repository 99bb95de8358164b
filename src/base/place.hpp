// Where a training's electricity comes from, as far as somebody said it.
#pragma once

#include <optional>
#include <string>

namespace joulecast {

/// What nobody said stays unknown. Of what is known the most exact is used: intensity, then cloud region,
/// then country.
struct Place {
  std::string country;       ///< ISO 3166 code of two or three letters, or a name
  std::string cloud_region;  ///< "gcp europe-west1", "aws/eu-west-1", or a region's name alone where one
                             ///< provider has it
  std::optional<double> intensity_g_per_kwh;  ///< of the grid, g CO2e per kWh
  std::optional<double> pue;                  ///< power usage effectiveness of the building, at least 1

  /// Whether something tells the grid's intensity.
  [[nodiscard]] bool known() const {
    return !country.empty() || !cloud_region.empty() || intensity_g_per_kwh.has_value();
  }
};

/// `own` with what was `given` in its stead: the grid as a whole, the PUE apart.
[[nodiscard]] inline Place replaced_by(Place own, const Place& given) {
  const auto pue = given.pue ? given.pue : own.pue;
  if (given.known()) own = given;
  own.pue = pue;
  return own;
}

}  // namespace joulecast
