// The cost of a stored run: computes every figure that is shown to users and programs, in one place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "session/runs/run_course.hpp"
#include "store/run_store.hpp"
#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// Gross energy, split into the machine's idle energy and the rest. The net value may be negative, which
/// means that the baseline is wrong: it is then reported as it is, with that doubt.
struct IdleSplit {
  Watts power{0};
  Joules baseline{0};  ///< idle power x the time that was measured
  Joules net{0};       ///< gross - baseline
};

/// Mean of a gauge over the run, such as a utilisation, temperature or clock.
struct GaugeMean {
  trace::Component component = trace::Component::other;
  std::string device;
  std::string node;
  trace::Quantity quantity = trace::Quantity::utilisation;
  double mean = 0;  ///< in the base unit of the quantity
};

/// Of a segment of the training (trace/segment.hpp).
struct SegmentCost {
  std::optional<Joules> energy;
  std::optional<Joules> redone;  ///< spent on work that the next segment did again; nothing if there was none
};

struct RunSummary {
  trace::Run run;
  trace::RunEnergy energy;
  /// Total power while it was counted: trace::RunEnergy's.
  std::optional<Watts> mean_power;
  std::vector<std::optional<Joules>> epoch_energy;
  RunCourse course;
  std::vector<SegmentCost> segments;  ///< as run.info.segments
  std::optional<Joules> redone;       ///< of all segments
  std::optional<IdleSplit> idle;
  std::vector<GaugeMean> means;
  carbon::Estimate carbon;
  std::optional<WallTime> last_heard;  ///< see store::RunRow
};

/// `run` may be a whole or a reduced one (store::RunStore::summary).
[[nodiscard]] RunSummary summarise(trace::Run run, const Place& place,
                                   const Result<carbon::IntensityTable>& table);

/// Summarises a stored run. `place` replaces the place that was given when the run began (replaced_by).
/// invalid for an impossible intensity or PUE.
[[nodiscard]] Result<RunSummary> summarise_run(const store::RunStore& store, const std::string& reference,
                                               const Place& place);

/// A projection's error in percent of the run's total. Nothing if the run has not ended or has no total.
[[nodiscard]] std::optional<double> projection_error(const RunSummary& summary,
                                                     const trace::Projection& projection);

struct ShowRequest {
  std::string store;  ///< path or address; "" = the user's own
  std::string run;    ///< see store::RunStore; "" = the latest
  Place place;
};

struct ShownRun {
  store::RunChoice choice;
  RunSummary summary;
};

[[nodiscard]] Result<ShownRun> show_run(const ShowRequest& request);

}  // namespace joulecast::session
