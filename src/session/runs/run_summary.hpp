// What a stored run cost: every figure that people and programs are shown, computed once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "store/run_store.hpp"
#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// Gross energy divided by what the machine would have used idle. Net may be negative: it is not made
/// prettier.
struct IdleSplit {
  Watts power{0};
  Joules baseline{0};  ///< idle power x duration
  Joules net{0};       ///< gross - baseline
};

/// Mean of a gauge over the run: utilisation, memory, temperature, clock.
struct GaugeMean {
  trace::Component component = trace::Component::other;
  std::string device;
  std::string node;
  trace::Quantity quantity = trace::Quantity::utilisation;
  double mean = 0;  ///< in the quantity's base unit
};

struct RunSummary {
  trace::Run run;
  trace::RunEnergy energy;
  std::optional<Watts> mean_power;  ///< total over the covered part of the run
  std::vector<std::optional<Joules>> epoch_energy;
  std::optional<IdleSplit> idle;
  std::vector<GaugeMean> means;
  carbon::Estimate carbon;
  std::optional<WallTime> last_heard;  ///< as store::RunRow's
};

/// `run` may be whole or reduced (store::RunStore::summary).
[[nodiscard]] RunSummary summarise(trace::Run run, const Place& place,
                                   const Result<carbon::IntensityTable>& table);

/// A stored run. What `place` says replaces what was said when the run began (replaced_by). invalid for an
/// impossible intensity or PUE.
[[nodiscard]] Result<RunSummary> summarise_run(const store::RunStore& store, const std::string& reference,
                                               const Place& place);

/// A projection's error in percent of the run's total; nothing before the run has ended or without a total.
[[nodiscard]] std::optional<double> projection_error(const RunSummary& summary,
                                                     const trace::Projection& projection);

struct ShowRequest {
  std::string store;  ///< path or address; "" = the user's own
  std::string run;    ///< as store::RunStore; "" = the latest
  Place place;
};

struct ShownRun {
  store::RunChoice choice;
  RunSummary summary;
};

[[nodiscard]] Result<ShownRun> show_run(const ShowRequest& request);

}  // namespace joulecast::session
