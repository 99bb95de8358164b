// What a training costs in all, told from its first part: `joulecast probe`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "carbon/intensity.hpp"
#include "estimate/online/projector.hpp"
#include "session/forecast/predict_training.hpp"
#include "session/reporting/report_runs.hpp"
#include "trace/energy.hpp"
#include "trace/forecast_doubt.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// What was measured until the training was ended, or ended by itself.
struct ProbedTraining {
  std::string run_id;           ///< "" if the run was not stored
  std::filesystem::path store;  ///< where it is
  bool ended_by_itself = false;
  bool killed = false;  ///< it did not end when it was asked to
  int exit_status = 0;
  /// Of the whole command, with the time it took to end.
  trace::RunEnergy energy;
  Seconds duration{0};
  // When the probe had seen enough:
  std::optional<estimate::Projection> projection;
  trace::ForecastDoubt doubt = trace::ForecastDoubt::no_progress;
  std::optional<trace::Phase> phase;  ///< that was counted, with its work
  Seconds elapsed{0};
};

enum class ProbeVerdict {
  ready,
  not_ready,
  whole,  ///< the training ended by itself: the figures are what it did cost
};
[[nodiscard]] std::string_view name_of(ProbeVerdict verdict);  ///< "ready", "not_ready", "whole"

struct ProbeRequest {
  ProbedTraining probed;
  Place place;
  std::string price = {};  ///< of a kilowatt-hour, "0.25" or "0.25 EUR"; "" = unknown
};

/// What the figures of a board rest on.
enum class BoardBasis {
  measured,   ///< the probe itself, on this board
  network,    ///< the measurement, scaled by the predictions for this network
  figures,    ///< the measurement, scaled by bandwidth, peak and board power
  predicted,  ///< a prediction alone: what was measured is no GPU's
};
[[nodiscard]] std::string_view name_of(BoardBasis basis);  ///< "measured", "network", "figures", "predicted"

/// Of the whole training; energy and power are those of its GPUs alone.
struct ProbedBoard {
  std::string gpu;
  int gpu_count = 1;
  BoardBasis basis = BoardBasis::figures;
  std::optional<Predicted> energy_j, duration_s, power_w;
  std::optional<carbon::Estimate> emissions;  ///< of the energy
  std::optional<double> memory_needed_gb, memory_gb, largest_batch;
  bool fits = true;
};

struct ProbedBoards {
  /// The board that was measured comes first, with what its GPUs use by the probe itself; none of a CPU.
  std::optional<ProbedBoard> here;
  std::vector<ProbedBoard> others;  ///< cheapest first, then those whose cost is not known
  std::string why;                  ///< why nothing is known of them, or what is missing; may be empty
};

struct ProbeResult {
  ProbedTraining probed;
  ProbeVerdict verdict = ProbeVerdict::not_ready;
  std::string why;  ///< a clause: what the verdict rests on, or what is missing
  /// Of the whole training. A forecast that is not ready has them too, if there is one.
  std::optional<estimate::Estimate<Joules>> energy;
  std::optional<estimate::Estimate<Seconds>> duration;
  carbon::Estimate carbon;
  std::optional<estimate::Interval<GramsCO2e>> carbon_interval;
  std::optional<Money> money, price;  ///< price: of a kilowatt-hour
  std::optional<Money> money_low, money_high;
  std::optional<ProbedBoards> boards;  ///< if others were asked for (probe_boards.hpp)
};

/// invalid, naming the field, for an impossible price or place.
[[nodiscard]] Status check(const ProbeRequest& request);
/// The same errors.
[[nodiscard]] Result<ProbeResult> probe_training(const ProbeRequest& request);

}  // namespace joulecast::session
