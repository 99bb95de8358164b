// When power becomes stable, over many runs at once.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "stability/run_stability.hpp"

namespace joulecast::session {

/// What comparable runs have in common. A run that several meters recorded (as streams) has one row per
/// meter, and never counts several times in one row.
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

/// Results of one method on the runs of one group.
struct StabilityRow {
  StabilityGroup group;
  std::string method;
  std::size_t runs = 0;
  std::size_t without_point = 0;  ///< runs too short for the method
  std::size_t censored = 0;
  std::optional<Spread> stable_s;
  std::optional<Spread> stable_epoch;      ///< of the runs with known epochs
  std::optional<Spread> projection_error;  ///< see stability::project_from(); shares, not percent
  std::optional<Spread> observed;
};

/// The cycles in the power of one group's runs.
struct RhythmRow {
  StabilityGroup group;
  std::size_t runs = 0;
  std::size_t with_period = 0;
  std::optional<Spread> period_s;
  std::optional<Spread> confidence;
  std::optional<Spread> epochs_seen;  ///< cycles counted in the power
  /// Recorded epochs, or total_work if its unit is the epoch.
  std::optional<Spread> epochs_known;
  std::optional<Spread> count_difference;  ///< seen minus known
  /// Share of the recorded epoch boundaries with a detected one within two samples.
  std::optional<Spread> boundaries_found;
};

struct StabilitySummary {
  std::size_t runs = 0;  ///< runs that could be used
  std::vector<StabilityRow> groups;
  std::vector<StabilityRow> sources;  ///< the same rows by source only
  std::vector<RhythmRow> rhythms;
  std::vector<Error> left_out;  ///< `where` is the run, `message` the reason
};

/// A run that is loaded when it is needed: all runs at once would not fit into memory. `load` may be called
/// on any thread.
struct StabilitySource {
  std::string name;  ///< path of a bundle or id of a stored run
  std::function<Result<trace::Run>()> load;
};

/// threads = 0: one per processor.
[[nodiscard]] StabilitySummary summarise_stability(
    std::span<const StabilitySource> sources, std::span<const stability::StabilityDetector* const> methods,
    const stability::DetectorOptions& options, unsigned threads = 0);

}  // namespace joulecast::session
