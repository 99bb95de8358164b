// What can be measured on this machine: for `joulecast sensors` and `joulecast doctor`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sensors/support/selection.hpp"

namespace joulecast::session {

/// One channel and what it says now.
struct ChannelNow {
  trace::Channel channel;
  std::optional<double> value;  ///< in `unit`; an energy counter's is its power between two looks
  std::string unit;             ///< "W", "share", "bytes", …
  std::string error;            ///< why there is no value; "" where there is one
};

struct SensorNow {
  const sensors::SensorType* type = nullptr;
  std::string unused_because;  ///< "" where a measurement uses it
  std::vector<ChannelNow> channels;
};

/// Opens the sensors that a measurement would use, reads each twice, `between` apart, and says what came.
[[nodiscard]] Result<std::vector<SensorNow>> look_at_sensors(const sensors::Environment& environment,
                                                             const std::vector<std::string>& names,
                                                             Seconds between);

enum class SourceState { used, not_needed, unusable };
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
  std::vector<SourceFinding> sources;       ///< every sensor of the build
};

[[nodiscard]] Result<Diagnosis> diagnose(const sensors::Environment& environment);

[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<SensorNow>& sensors);
[[nodiscard]] nlohmann::ordered_json to_json(const Diagnosis& diagnosis);
/// For people: "87.1 W", "37 %", "12.4 GB"; the error in brackets where there is no value.
[[nodiscard]] std::string value_text(const ChannelNow& channel);

}  // namespace joulecast::session
