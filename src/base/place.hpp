// Where a training's electricity comes from, if the user says so.
#pragma once

#include <optional>
#include <string>

namespace joulecast {

/// Unknown members are empty. The most precise known value is used: the intensity, else the cloud region,
/// else the country.
struct Place {
  std::string country;  ///< ISO 3166 code of two or three letters, or a name
  /// "gcp europe-west1", "aws/eu-west-1", or only a region's name if it is unique among providers.
  std::string cloud_region;
  std::optional<double> intensity_g_per_kwh;  ///< of the grid, g CO2e per kWh
  std::optional<double> pue;                  ///< power usage effectiveness of the building, at least 1

  /// Whether the grid's intensity can be determined.
  [[nodiscard]] bool known() const {
    return !country.empty() || !cloud_region.empty() || intensity_g_per_kwh.has_value();
  }
};

/// `own` with the values of `given` in place of its own: the grid (country, region, intensity) as a whole,
/// the PUE separately.
[[nodiscard]] inline Place replaced_by(Place own, const Place& given) {
  const auto pue = given.pue ? given.pue : own.pue;
  if (given.known()) own = given;
  own.pue = pue;
  return own;
}

}  // namespace joulecast
