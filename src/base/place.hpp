// Where a training's electricity comes from, as far as the user has said.
#pragma once

#include <optional>
#include <string>

namespace joulecast {

/// What was not said stays unknown. The most exact of what is known is used: the intensity, else the cloud
/// region, else the country.
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

/// `own`, replaced by what `given` says: the grid (country, region, intensity) as a whole, the PUE
/// separately.
[[nodiscard]] inline Place replaced_by(Place own, const Place& given) {
  const auto pue = given.pue ? given.pue : own.pue;
  if (given.known()) own = given;
  own.pue = pue;
  return own;
}

}  // namespace joulecast
