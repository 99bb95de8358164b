// CodeCarbon's emissions.csv, for existing scripts: its 38 columns in its order, one row per run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace joulecast::formats {

/// kWh, W, kg, s, GiB and percent, as in CodeCarbon. An unknown value is an empty cell, not 0.
struct EmissionsRow {
  std::string timestamp;  ///< end of the run in UTC, "2026-02-01T13:45:07"
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
  std::string version;  ///< for the column codecarbon_version: "joulecast " and our version
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

/// Appends the row. Creates the file with its header if it does not exist. invalid if the file has a
/// different header; it is then not changed.
[[nodiscard]] Status append_emissions_csv(const EmissionsRow& row, const std::filesystem::path& file);

}  // namespace joulecast::formats
