// Columns of a campaign's table that tell what was measured. Neither a factor nor a metric of a plan may be
// called like one of them: it would stand in its place.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace joulecast::lab {

constexpr std::array<std::string_view, 20> measured_columns{"run_id",
                                                            "config_id",
                                                            "source",
                                                            "outcome",
                                                            "repetition",
                                                            "attempt",
                                                            "remarks",
                                                            "energy_j",
                                                            "energy_provenance",
                                                            "duration_s",
                                                            "mean_power_w",
                                                            "energy_per_sample_j",
                                                            "epoch_time_s",
                                                            "mean_gpu_w",
                                                            "epoch_gpu_energy_j",
                                                            "gpu_clock_hz",
                                                            "gpu_temperature_c",
                                                            "throttled_by_power",
                                                            "throttled_by_heat",
                                                            "others_cpu"};

[[nodiscard]] constexpr bool is_measured_column(std::string_view name) {
  return std::ranges::find(measured_columns, name) != measured_columns.end();
}

}  // namespace joulecast::lab
