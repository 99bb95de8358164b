// A campaign as its plan file says it: what is varied, how each run is started, and what counts as what.
// docs/lab.md describes the file; read_plan.hpp reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/place.hpp"
#include "base/units.hpp"

namespace joulecast::lab {

/// The factor that the plan's environments make.
constexpr const char* environment_factor = "environment";

/// Something that is varied, and the values that it takes, as they stand on the command line.
struct Factor {
  std::string name;
  std::vector<std::string> levels;
  std::size_t line = 0;
};

/// A level of every factor, by the factor's name.
using Levels = std::map<std::string, std::string>;

/// Combinations that are not run: those with one of the given levels in every factor that is named.
struct Exclusion {
  std::map<std::string, std::vector<std::string>> levels;
  std::size_t line = 0;
};

/// One combination of levels, which is run several times. The levels identify it, whatever else of the plan
/// changes.
struct Cell {
  Levels levels;
  std::string key;  ///< "architecture=resnet18,batch_size=32": the factors by name
  std::string id;   ///< 16 hexadecimal digits made of the key
};

/// Where a run takes place.
struct Environment {
  std::string name;
  std::vector<std::string> gpus;     ///< indices or UUIDs; empty = all
  std::vector<int> cpus;             ///< numbers of logical CPUs; empty = all
  std::optional<Watts> power_limit;  ///< of each of its GPUs
  std::map<std::string, std::string> variables;
  std::string board;       ///< the GPU's name in the catalogue, for predictions
  std::string partition;   ///< of Slurm
  std::string constraint;  ///< of Slurm
  std::size_t line = 0;
};

/// How often each cell is run: at_least = at_most times, or, where they differ, until the rule says that it
/// is enough.
struct Repetitions {
  int at_least = 1;
  int at_most = 1;
  std::optional<double> half_width;  ///< relative, of the interval of the median (or mean) energy: 0.02
  bool of_median = true;
  double level = 0.95;
  std::string compare;                 ///< the factor whose levels are compared; "" = none
  std::optional<double> equal_within;  ///< relative: closer levels are called equal
  bool each_alone = false;             ///< the level is that of each interval, not of the campaign
  [[nodiscard]] bool adaptive() const { return at_least < at_most; }
};

enum class Order {
  random,      ///< blocks of one repetition of each cell, each in a random order of its own
  as_written,  ///< the same blocks, each in the order of the plan
};

/// What is done before the first run, so that the machine is warm.
struct WarmUp {
  std::vector<std::string> command;  ///< repeated; empty = that of the reference, else of the first run
  std::optional<Seconds> duration;   ///< for this long,
  std::optional<double> steady;      ///< or until power changes by less than this share in a minute,
  double steady_kelvin = 1;          ///< and every temperature by less than this
  Seconds window{60};                ///< over which that is judged
  Seconds at_most{1200};

  /// With neither a time nor a rule the command prepares what the runs need, and has to end by itself.
  [[nodiscard]] bool prepares() const { return !duration && !steady; }
};

/// What is done between runs.
struct CoolDown {
  std::optional<Seconds> duration;  ///< this long,
  std::optional<double> within;     ///< or until power is within this share of the idle machine's
  Seconds at_most{600};
  Seconds idle{10};  ///< how long the idle machine is looked at before anything begins
};

/// How a run ended.
enum class Outcome {
  finished,
  failed,   ///< its exit status is not 0
  timeout,  ///< ended by the lab after the plan's timeout
  killed,   ///< by a signal that is not ours
  out_of_memory,
  disk_full,
  interrupted,  ///< by the user, or together with the lab; it is run again
  not_started,  ///< the command could not be started
};

struct Retry {
  int times = 0;
  std::vector<Outcome> on{Outcome::failed, Outcome::killed, Outcome::timeout, Outcome::disk_full};
  Seconds wait{0};
};

/// What counts as a failure of one kind, beside what is known of PyTorch, TensorFlow, CUDA and the kernel.
struct FailureSigns {
  std::vector<int> exit_status;
  std::vector<std::string> output;  ///< regular expressions (RE2), searched in each line
  bool usual = true;                ///< also the known ones
};

/// Where a figure of a run comes from, beside the metrics that the training reports.
struct MetricSource {
  std::string name;
  std::string regex;     ///< searched in the output; its first group is the value, the last match counts
  std::string file;      ///< template of a JSON file's path, relative to the run's output folder
  std::string key;       ///< path within the file, "test.accuracy"
  std::string progress;  ///< a metric that the training reports, under another name
  std::size_t line = 0;
};

/// One configuration that is measured again and again, to see whether the machine drifts.
struct Reference {
  std::size_t cell = 0;     ///< its place in Plan::cells
  int every = 10;           ///< after so many runs
  double tolerance = 0.05;  ///< of the first runs' mean energy
};

/// How the training's progress is heard: as the options of `joulecast run`.
struct ProgressOptions {
  std::string epochs, steps;  ///< templates of numbers; "" = not said
  std::string epoch_regex, step_regex;
  Seconds interval{1};
};

/// How busy the machine may be before a run.
struct Quiet {
  double load = 0.5;      ///< running processes for each CPU, as a mean of one minute
  double pressure = 0.1;  ///< share of the last ten seconds in which somebody waited for a CPU
};

/// Where these keys stand in the file, for what is found after it was read; 0 = nowhere.
struct PlanLines {
  std::size_t name = 0, command = 0, folder = 0, energy_budget = 0, warm_up = 0;
};

struct Plan {
  std::filesystem::path file;  ///< as the user named it
  PlanLines lines;
  std::filesystem::path home;  ///< the same, absolute: the journal and the outputs stand beside it
  std::string name;            ///< the campaign's; unique in a store
  /// Templates of the words: {factor}, {seed}, {repetition}, {output}, {environment}; {{ and }} are braces.
  std::vector<std::string> command;
  std::filesystem::path folder;  ///< where the command runs; absolute
  std::vector<Factor> factors;   ///< in the order of the plan; the environments, if any, are the last one
  std::vector<Exclusion> exclusions;
  std::vector<Environment> environments;
  std::map<std::string, std::string> variables;  ///< templates; set for every run
  std::map<std::string, std::string> tags;       ///< templates; of every run
  std::vector<Cell> cells;                       ///< in the order of the plan; at least one
  Repetitions repetitions;
  std::uint64_t seed = 1;
  Order order = Order::random;
  std::optional<WarmUp> warm_up;
  std::optional<CoolDown> cool_down;
  std::optional<Seconds> timeout;
  Seconds grace{30};  ///< between asking a command to end and killing it
  std::optional<Joules> energy_budget;
  Retry retry;
  /// A cell of which so many repetitions in a row have failed is not repeated any more; 0 = it always is.
  int give_up_after = 3;
  FailureSigns out_of_memory, disk_full;
  std::vector<std::string> collect;  ///< templates of patterns of files, copied into the output folder
  std::vector<MetricSource> metrics;
  std::optional<Reference> reference;
  ProgressOptions progress;
  Quiet quiet;
  Place place;
  std::string price;  ///< of a kWh: "0.25EUR"
  /// What cells are compared by in the report: energy_j, energy_per_sample_j, duration_s or a metric.
  std::string cost = "energy_j";

  [[nodiscard]] const Environment* environment_of(const Cell& cell) const;
  /// "p.toml:3"; the file alone for line 0.
  [[nodiscard]] std::string at(std::size_t line) const;
};

[[nodiscard]] std::string_view name_of(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_from(std::string_view name);

}  // namespace joulecast::lab
