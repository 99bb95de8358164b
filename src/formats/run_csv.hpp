// A run as plain CSV tables for pandas, R and spreadsheets. An unknown value is an empty cell.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// One row per reading: time_s,node,component,device,quantity,unit,channel,provenance,value. Sorted by
/// channel and time. The values of an energy counter are joules since its first reading.
[[nodiscard]] Status write_readings_csv(const trace::Run& run, const std::filesystem::path& file);

/// One row per epoch: epoch,start_s,end_s,work,energy_j and one column per metric, sorted by name. `energies`
/// comes from trace::epoch_energies.
[[nodiscard]] Status write_epochs_csv(const trace::Run& run, std::span<const std::optional<Joules>> energies,
                                      const std::filesystem::path& file);

}  // namespace joulecast::formats
