// A training run: its measurements, its epochs, and what it ran on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/place.hpp"
#include "trace/job.hpp"
#include "trace/run_status.hpp"
#include "trace/segment.hpp"
#include "trace/trace.hpp"
#include "trace/training_description.hpp"

namespace joulecast::trace {

/// A stretch of training that counts its work from its own beginning: one fit, one fold of a
/// cross-validation, a warm-up before the fine-tuning. A run has at least one where its progress is known.
struct Phase {
  std::string name;  ///< as the training calls it; "train" where it says nothing
  std::string unit;  ///< of the work: "epoch", "step", "sample", "token", "round", "percent"
  Span span;
  double work = 0;                   ///< done by this run; a resumed run's earlier work is not in it
  std::optional<double> total_work;  ///< of this run, in the same unit; nothing if it was never said
  /// Only if the source gives energy but no power.
  std::optional<Joules> energy;
  /// What a resumed training had done before this run, as its counts tell: 5 where its first epoch is the
  /// sixth. 0 if it began from the start; nothing if its counts do not tell.
  std::optional<double> done_before = {};
};

/// How much of a phase's work was done at a time.
struct ProgressPoint {
  Seconds time{0};
  double work = 0;        ///< in the phase's unit; rises within a phase
  std::size_t phase = 0;  ///< place in the run's list of phases
};

/// A named stretch of a run beside its phases and epochs: an evaluation, a checkpoint, loading of data.
/// Windows may overlap.
struct Window {
  std::string name;
  Span span;
};

/// A span of training. `work` is how much of the run's total_work it did, in the run's work_unit.
struct Epoch {
  int index = 0;
  Span span;
  std::optional<double> work;
  /// Only if the source gives energy but no power.
  std::optional<Joules> energy;
  std::map<std::string, double> metrics;  ///< "accuracy", "val_loss", …
  std::size_t phase = 0;                  ///< place in the run's list of phases
};

/// Statistics of one sensor in the run. Sensors that could not be used are listed too, so that nothing is
/// lost silently.
struct SensorStatus {
  std::string sensor;
  bool used = false;
  std::string reason;  ///< why it was not used, or how it ended ("" = worked to the end)
  std::uint64_t readings = 0;
  std::uint64_t failed_readings = 0;
  Seconds mean_latency{0};  ///< of one read call
  Seconds max_latency{0};
};

/// The description in run.json. Unknown = empty or nullopt, never 0.
struct RunInfo {
  std::string id;
  std::string name;
  std::string source;
  std::string stream;  ///< which of several meters on the same run ("AC", "DC")
  TrainingDescription training;
  Job job;  ///< of the process that measured
  std::optional<double> total_work;
  std::string work_unit;
  std::map<std::string, double> quality;
  bool epoch_bounds_recorded = true;
  /// Why its forecasts are not relied on: the name of a ForecastDoubt (trace/forecast_doubt.hpp), "" = none.
  std::string forecast_doubt;
  std::string extra_json;  ///< unknown keys as one JSON object, kept as they came ("" = none)
  /// Id of the run that this one goes on with: both are segments of one training. "" = none.
  std::string continues;
  /// Of a whole training that was joined from several runs (segment.hpp); empty for a single run.
  std::vector<Segment> segments;
};

/// The machine and software, as the run's record keeps them.
struct HostInfo {
  std::string hostname;
  std::string os;
  std::string cpu_model;
  std::optional<int> logical_cpus;
  std::optional<double> memory_bytes;
  std::vector<std::string> gpus;
  std::string joulecast_version;
};

/// A metric as it was reported: a value at a time, and its epoch if the training named one.
struct MetricPoint {
  Seconds time{0};
  std::optional<int> epoch;
  std::string name;
  double value = 0;
};

/// A forecast of the run's total, made at some moment of the run.
struct Projection {
  Seconds time{0};
  double share = 0;  ///< of the work that was done by then, 0..1
  std::string method;
  Joules total{0};
  std::optional<Joules> low;  ///< 90 % interval, where the method gives one
  std::optional<Joules> high;
  bool ready = false;  ///< the method itself considers the figure reliable
  /// Counting began again after it, so that it is no forecast of the whole run (trace/phases.hpp).
  bool withdrawn = false;
};

struct Run {
  RunInfo info;
  HostInfo host;
  RunStatus status = RunStatus::finished;
  std::optional<int> exit_status;
  std::vector<std::string> command;
  std::map<std::string, std::string> tags;
  std::optional<WallTime> started;  ///< wall-clock anchor of second 0
  Span span;                        ///< run_start_s .. run_stop_s; if unknown, the span of the traces
  std::vector<Trace> traces;
  std::vector<Epoch> epochs;            ///< sorted by span.begin
  std::vector<Phase> phases;            ///< in the order of time
  std::vector<ProgressPoint> progress;  ///< in the order of time
  std::vector<Window> windows;          ///< sorted by span.begin
  /// Every report in the order of time; an epoch's last ones are also in epochs
  std::vector<MetricPoint> metrics;
  std::vector<Projection> projections;  ///< in the order of time
  std::vector<SensorStatus> sensors;
  std::vector<std::string> notes;      ///< for the reader: losses, suspends, clock steps
  Place place;                         ///< where its electricity came from, as the user gave it
  std::optional<Watts> idle_baseline;  ///< measured before the start, for everything that was measured
  Seconds sampler_cpu{0};              ///< our own CPU time
};

}  // namespace joulecast::trace
