// When power stabilises, over many runs at once.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "stability/run_stability.hpp"

namespace joulecast::session {

/// What makes runs comparable. A run that several meters recorded (streams) is a row for each meter, never
/// several runs of one row.
struct StabilityGroup {
  std::string source;
  std::string architecture;
  std::string gpu;
  int nodes = 1;
  std::string stream;
  friend auto operator<=>(const StabilityGroup&, const StabilityGroup&) = default;
};

struct Spread {
  std::size_t count = 0;
  double median = 0, mean = 0, p10 = 0, p90 = 0;
};

/// One method on the runs of one group.
struct StabilityRow {
  StabilityGroup group;
  std::string method;
  std::size_t runs = 0;
  std::size_t without_point = 0;  ///< too short for the method
  std::size_t censored = 0;
  std::optional<Spread> stable_s;
  std::optional<Spread> stable_epoch;      ///< of the runs whose epochs are known
  std::optional<Spread> projection_error;  ///< see stability::project_from; shares, not percent
  std::optional<Spread> observed;
};

/// The cycles in the power of one group's runs.
struct RhythmRow {
  StabilityGroup group;
  std::size_t runs = 0;
  std::size_t with_period = 0;
  std::optional<Spread> period_s;
  std::optional<Spread> confidence;
  std::optional<Spread> epochs_seen;       ///< cycles counted
  std::optional<Spread> epochs_known;      ///< recorded epochs, else total_work where its unit is the epoch
  std::optional<Spread> count_difference;  ///< seen less known
  /// Share of the recorded epoch boundaries that have one of the power's within two samples.
  std::optional<Spread> boundaries_found;
};

struct StabilitySummary {
  std::size_t runs = 0;  ///< that could be used
  std::vector<StabilityRow> groups;
  std::vector<StabilityRow> sources;  ///< the same by source alone
  std::vector<RhythmRow> rhythms;
  std::vector<Error> left_out;  ///< `where`: the run; `message`: why
};

/// A run, loaded when its turn comes: all of them at once would not fit into memory. `load` is called on any
/// thread.
struct StabilitySource {
  std::string name;  ///< a bundle's path, a stored run's id
  std::function<Result<trace::Run>()> load;
};

/// threads 0 = one a processor.
[[nodiscard]] StabilitySummary summarise_stability(
    std::span<const StabilitySource> sources, std::span<const stability::StabilityDetector* const> methods,
    const stability::DetectorOptions& options, unsigned threads = 0);

}  // namespace joulecast::session
