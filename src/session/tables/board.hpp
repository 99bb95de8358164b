// What it takes to reach a quality, on each of many tasks: energy, time and money, for every alternative:
// `joulecast lab board`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "session/reporting/epoch_course.hpp"
#include "session/tables/alternatives.hpp"
#include "tradeoff/reach.hpp"

namespace joulecast::session {

/// By metric, as far as a run's epochs tell it.
using QualityCourses = std::map<std::string, tradeoff::QualityCourse>;

/// A table of runs, and what each run's epochs tell.
struct BoardSource {
  RunTable table;
  std::vector<QualityCourses> courses;       ///< one for each row; empty for a table of another program
  std::optional<JudgedMetric> usual_metric;  ///< the one by which most runs are judged
  std::vector<std::string> keys;             ///< what makes an alternative; empty = default_keys()
};

struct BoardRequest {
  /// "[TASK:]METRIC[=TARGET]". TARGET is a number, "90 %", or absent: within 2 % of the best. The first that
  /// fits a task counts. Empty: the metric by which most runs are judged.
  std::vector<std::string> quality;
  bool lower_is_better = false;  ///< else judged by the metric's name
  std::string task;              ///< column; "" = task, else dataset, else the table
  AlternativesRequest alternatives;
  std::string energy;           ///< column; "" = the table's energy column
  std::string energy_by_epoch;  ///< column, as of tradeoff; "" = spread evenly where quality is by epoch
  std::string price;            ///< of a kilowatt-hour: "0.25 EUR"; "" = unknown
  std::string hour_price;       ///< of an hour of the machine: "2.50 EUR"; "" = none
  double pue = 1;
  double exponent = 1;  ///< of the quality in the indices
};

/// What one alternative takes on one task.
struct BoardEntry {
  std::string name;
  std::vector<std::string> labels;
  std::size_t runs = 0;  ///< with a quality
  std::size_t reached = 0;
  std::optional<double> best_quality;  ///< median over the runs of the best of each
  tradeoff::TypicalCost energy;        ///< J, to the target
  tradeoff::TypicalCost time;          ///< s
  tradeoff::TypicalCost money;
  std::optional<double> expected_energy;   ///< J, until one run reaches it, with those that do not
  std::optional<double> whole_energy;      ///< J, median of the whole runs
  std::optional<double> joules_per_point;  ///< of the whole run, by 0.01 of a quality between 0 and 1
  std::optional<double> index;             ///< tradeoff::guarded_index()
  std::optional<double> sustainable_accuracy;
};

struct BoardTask {
  std::string name;
  std::string metric;
  double target = 0;
  bool target_from_best = false;  ///< nobody named it
  bool lower_is_better = false;
  bool by_epoch = false;            ///< some runs tell the quality by epoch; else only whole runs are known
  bool energy_assumed = false;      ///< spread evenly over the epochs
  std::vector<BoardEntry> entries;  ///< by energy; those that did not reach it last
};

/// An alternative over all tasks.
struct BoardStanding {
  std::string name;
  std::size_t tasks_reached = 0;
  /// Geometric mean over its tasks of its energy, by that of the cheapest there. Nothing where it has
  /// reached none.
  std::optional<double> energy_ratio;
};

struct Board {
  std::string source;
  std::vector<std::string> keys;
  std::string currency;
  bool priced = false;
  double exponent = 1;
  std::vector<BoardTask> tasks;
  std::vector<BoardStanding> standings;  ///< most tasks first, then by the ratio
  std::vector<LeftOutRuns> left_out;
  std::vector<std::string> warnings;
};

/// What the run had used whenever an epoch told a metric.
[[nodiscard]] QualityCourses quality_courses(const trace::Run& run);

/// CSV tables and folders of run bundles, each a source of its own.
[[nodiscard]] Result<std::vector<BoardSource>> board_sources(const std::vector<std::string>& tables);
/// These runs of the store, or all.
[[nodiscard]] Result<std::vector<BoardSource>> board_sources_of_runs(
    const std::string& store, const std::vector<std::string>& references);

/// invalid, naming the field, for a quality that no run tells or a price that is none; malformed (naming the
/// row) for text among the figures.
[[nodiscard]] Result<Board> make_board(const std::vector<BoardSource>& sources, const BoardRequest& request);

}  // namespace joulecast::session
