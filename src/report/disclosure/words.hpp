// Phrases that the forms of a disclosure share. Internal to the report.
#pragma once

#include <string>
#include <vector>

#include "session/reporting/disclose_runs.hpp"

namespace joulecast::report {

struct CountedName {
  std::string name;
  int count = 0;
};

/// The GPUs of a run as the driver called them, else as the description of the training does.
[[nodiscard]] std::vector<CountedName> gpus_of(const trace::Run& run);
/// "4 x NVIDIA A100, AMD EPYC 7742" of all runs, each machine once; "" where nothing is known.
[[nodiscard]] std::string hardware_text(const session::Disclosure& disclosure);

/// "1.23 kWh, 90 % interval 1.10 to 1.36 kWh", or "unknown".
[[nodiscard]] std::string energy_text(const session::Disclosure& disclosure);
/// How it was found, and what is not in it: "measured; not counted: dram, cooling and the building".
[[nodiscard]] std::string basis_text(const session::Disclosure& disclosure);
/// "joulecast 1.2" of the runs' records, else of this program.
[[nodiscard]] std::string tool_text(const trace::Run& run);

}  // namespace joulecast::report
