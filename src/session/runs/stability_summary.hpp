// When power stabilises, for every run below some folders at once.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "stability/run_stability.hpp"

namespace joulecast::session {

/// What makes runs comparable. Several meters on one run (streams) are several rows, never several runs of
/// one.
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
  std::optional<Spread>
      boundaries_found;  ///< share of recorded boundaries with one of ours within two samples
};

struct StabilitySummary {
  std::size_t runs = 0;  ///< bundles that could be read
  std::vector<StabilityRow> groups;
  std::vector<StabilityRow> sources;  ///< the same by source alone
  std::vector<RhythmRow> rhythms;
  std::vector<std::string> skipped;  ///< "path: reason"
};

/// threads 0 = one a processor. unavailable where no folder holds a bundle.
[[nodiscard]] Result<StabilitySummary> summarise_stability(
    const std::vector<std::filesystem::path>& roots,
    std::span<const stability::StabilityDetector* const> methods, const stability::DetectorOptions& options,
    unsigned threads = 0);

}  // namespace joulecast::session
