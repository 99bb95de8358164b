// What a predicted training takes from the grid if it starts at a given hour: the building's overhead by the
// weather forecast, and the grid's emissions by theirs. Everything comes from files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "session/forecast/predict_training.hpp"

namespace joulecast::session {

struct StartRequest {
  std::vector<std::string> starts;  ///< moments, "2026-02-01T13:00Z"; empty = nothing is priced
  std::filesystem::path facility;   ///< model of learn_facility(); empty = the PUE of the place, else none
  std::filesystem::path weather;    ///< CSV with time and temperature_c
  std::filesystem::path grid;       ///< CSV with time and intensity_g_per_kwh; empty = the place's mean
  std::optional<double> load_w;     ///< of the building's computers meanwhile, ours among them
  Place place;
};

/// Prices every prediction whose length is known, for every start. invalid for a request that contradicts
/// itself or lacks the weather that the facility needs, and for a start or an end beyond a forecast.
[[nodiscard]] Status price_starts(const StartRequest& request, PredictionResult& result);

}  // namespace joulecast::session
