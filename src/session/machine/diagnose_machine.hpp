// Why a source of measurements can or cannot be used, and where each part's energy would come from:
// `joulecast doctor`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sensors/support/sensor.hpp"

namespace joulecast::session {

enum class SourceState {
  used,
  not_needed,  ///< it works, and another source measures the same
  unusable,
};
/// "used", "not needed", "unusable".
[[nodiscard]] std::string_view name_of(SourceState state);

struct SourceFinding {
  const sensors::SensorType* type = nullptr;
  SourceState state = SourceState::unusable;
  std::string reason;  ///< why it is not used; "" where it is
  std::string fix;     ///< the command that makes it usable, as this user can type it; "" where none would
};

/// Where the energy of one part of the machine would come from.
struct ComponentSource {
  trace::Component component = trace::Component::other;
  Provenance provenance = Provenance::missing;
  double relative_uncertainty = 0;
  std::string sensor;  ///< "" where missing
  std::string note;
};

struct Diagnosis {
  std::vector<ComponentSource> components;  ///< GPU, CPU, DRAM, and the whole machine where it has a meter
  std::vector<SourceFinding> sources;       ///< every sensor of the build, the usable ones first
};

[[nodiscard]] Result<Diagnosis> diagnose_machine(
    const sensors::Environment& environment = sensors::real_environment());

}  // namespace joulecast::session
