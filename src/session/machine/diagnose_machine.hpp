// Explains why each source of measurements can or cannot be used, and where the energy of each component
// would come from: `joulecast doctor`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensors/support/sensor.hpp"
#include "session/machine/diagnose_store.hpp"

namespace joulecast::session {

enum class SourceState {
  used,
  not_needed,  ///< it works, but another source measures the same
  unusable,
};
/// "used", "not needed", "unusable".
[[nodiscard]] std::string_view name_of(SourceState state);

struct SourceFinding {
  const sensors::SensorType* type = nullptr;
  SourceState state = SourceState::unusable;
  std::string reason;  ///< why it is not used; "" if it is
  /// The command that makes it usable, ready for this user to type; "" if there is none.
  std::string fix;
};

/// Where the energy of one component would come from, or one device of it that nothing measures.
struct ComponentSource {
  trace::Component component = trace::Component::other;
  std::string device;  ///< "" = the component as a whole
  Provenance provenance = Provenance::missing;
  double relative_uncertainty = 0;
  std::string sensor;  ///< "" if missing
  std::string note;
};

struct Diagnosis {
  /// GPU, CPU and DRAM, and the whole machine if it has a meter; each followed by its devices that a training
  /// may use and that nothing measures.
  std::vector<ComponentSource> components;
  /// Every sensor of the build; usable ones first.
  std::vector<SourceFinding> sources;
  std::optional<StoreFinding> store;  ///< see diagnose_store()
};

[[nodiscard]] Result<Diagnosis> diagnose_machine(
    const sensors::Environment& environment = sensors::real_environment());

}  // namespace joulecast::session
