// What a building draws beside its computers, by load and outside temperature: PUE as it was measured in
// place of a constant.
//
//   facility = IT + fixed + share x IT + cooling x IT x max(0, outside - threshold)
//
// Fixed are lighting and the pumps that always run, the share is lost in supplies and fans, and cooling rises
// above the temperature up to which the outside air does it alone.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::carbon {

/// Of the outside air. Differences are kelvins.
using Celsius = Unit<struct CelsiusTag>;

template <class T>
struct Between {
  T low{0}, high{0};
  [[nodiscard]] bool contains(T value) const { return low <= value && value <= high; }
};

struct FacilityModel {
  Watts fixed{0};
  double share = 0;               ///< of the IT power
  double cooling_per_kelvin = 0;  ///< of the IT power; 0 = temperature makes no difference
  Celsius threshold{0};           ///< meaningless without cooling

  Between<Watts> load;                          ///< IT powers that it was learned at
  Watts usual_load{0};                          ///< their median
  std::optional<Between<Celsius>> temperature;  ///< that it was learned at; nothing = without weather
  /// 90 % of the powers that it had not seen differed by at most this share from what it said.
  double error = 0;
  bool calibrated = false;  ///< `error` comes from ten days or more, each held out in turn
  std::size_t samples = 0;
  Seconds length{0};       ///< that the samples cover
  std::string learned_on;  ///< "2026-02-01"
  std::string load_from;   ///< where the IT power came from

  /// Nothing if the model needs a temperature and there is none.
  [[nodiscard]] std::optional<Watts> at_wall(Watts load, std::optional<Celsius> outside) const;
  [[nodiscard]] std::optional<double> pue(Watts load, std::optional<Celsius> outside) const;
  [[nodiscard]] bool needs_weather() const { return cooling_per_kelvin > 0; }
};

/// In what respects this lies outside of what the model was learned from, a phrase each.
[[nodiscard]] std::vector<std::string> beyond(const FacilityModel& model, Between<Watts> load,
                                              std::optional<Between<Celsius>> outside);

/// What was learned, as the model's file and the answer of `facility fit` tell it.
[[nodiscard]] nlohmann::ordered_json figures_of(const FacilityModel& model);

[[nodiscard]] Status write_facility(const std::filesystem::path& file, const FacilityModel& model);
/// malformed for a file that is none, or holds impossible figures.
[[nodiscard]] Result<FacilityModel> read_facility(const std::filesystem::path& file);

}  // namespace joulecast::carbon
