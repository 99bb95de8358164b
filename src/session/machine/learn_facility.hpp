// Learns from a facility's meter what the building adds to the energy of its computers: `joulecast facility
// fit`.
#pragma once

#include <filesystem>
#include <string>

#include "carbon/facility_fit.hpp"

namespace joulecast::session {

/// The outside temperatures that can be, in °C, and what their column is called.
constexpr const char* temperature_column = "temperature_c";
constexpr double coldest = -90, hottest = 60;

struct FacilityRequest {
  /// CSV with the columns time, facility_w and, unless the runs of the store are to tell it, it_w: mean
  /// powers from this row's time to the next one's.
  std::filesystem::path meter;
  std::filesystem::path weather;  ///< CSV with the columns time and temperature_c; empty = none
  std::string store;              ///< where the meter has no it_w: see open_store()
  std::filesystem::path output{"facility.json"};
};

struct LearnedFacility {
  carbon::FacilityFit fit;
  std::filesystem::path file;
  /// Rows of the meter during which no run was measured on all machines that had one.
  std::size_t without_load = 0;
};

/// Writes the model. Errors of the files, of the store and of carbon::fit_facility().
[[nodiscard]] Result<LearnedFacility> learn_facility(const FacilityRequest& request);

}  // namespace joulecast::session
