// CodeCarbon's emissions.csv, for scripts that people have: its 38 columns in its order, a row a run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace joulecast::formats {

/// kWh, W, kg, s, GiB and percent, as CodeCarbon has them. What is not known is an empty cell, not 0.
struct EmissionsRow {
  std::string timestamp;  ///< UTC, "2026-02-01T13:45:07": the run's end
  std::string project_name;
  std::string run_id;
  std::string experiment_id;
  std::optional<double> duration_s;
  std::optional<double> emissions_kg;
  std::optional<double> cpu_energy_kwh;
  std::optional<double> gpu_energy_kwh;
  std::optional<double> ram_energy_kwh;
  std::optional<double> energy_kwh;
  std::string country_name;
  std::string country_iso3;
  std::string cloud_provider;
  std::string cloud_region;
  std::string os;
  std::string version;  ///< in the column codecarbon_version: "joulecast " and our version
  std::optional<int> cpu_count;
  std::string cpu_model;
  std::optional<int> gpu_count;
  std::string gpu_model;
  std::optional<double> ram_total_gib;
  std::optional<double> cpu_utilization_percent;
  std::optional<double> gpu_utilization_percent;
  std::optional<double> ram_used_gib;
  double pue = 1;
};

/// Adds the row to the file, which is made with its header where absent. invalid where the file is there and
/// has another header: nothing of it is changed.
[[nodiscard]] Status append_emissions_csv(const EmissionsRow& row, const std::filesystem::path& file);

}  // namespace joulecast::formats
