// The runs of a board: tables of any program, run bundles, or runs of the store with their epochs.
#include <limits>

#include "session/tables/board.hpp"
#include "session/tables/chosen_runs.hpp"
#include "session/tables/load_run_table.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What the run had used at the end of each epoch, in joules. The time before an epoch is part of it. Where
/// only the epochs' own energies were recorded, their sum.
std::vector<double> spent_by_epoch(const trace::Run& run) {
  std::vector<trace::Span> spans;
  for (const auto& epoch : run.epochs) spans.push_back({run.span.begin, epoch.span.end});
  const auto measured = trace::span_energies(run, spans);
  const auto recorded = trace::epoch_energies(run);
  std::vector<double> spent;
  double sum = 0;
  for (std::size_t i = 0; i < run.epochs.size(); ++i) {
    sum += recorded[i] ? recorded[i]->value() : unknown;
    spent.push_back(measured[i] ? measured[i]->value() : sum);
  }
  return spent;
}

Result<BoardSource> source_of(const std::vector<trace::Run>& runs, const std::string& name) {
  BoardSource source{table_of_runs(runs, name), {}, most_usual_metric(runs), {}};
  if (source.table.rows() == 0)
    return propagate(
        with_reasons({ErrorKind::invalid, "holds no finished run", name}, source.table.left_out()));
  for (const auto& run : runs)  // the rows of the table are the finished runs, in this order
    if (run.status == trace::RunStatus::finished) source.courses.push_back(quality_courses(run));
  return source;
}

}  // namespace

QualityCourses quality_courses(const trace::Run& run) {
  QualityCourses courses;
  const auto spent = spent_by_epoch(run);
  for (std::size_t i = 0; i < run.epochs.size(); ++i)
    for (const auto& [name, value] : run.epochs[i].metrics) {
      auto& course = courses[name];
      course.quality.push_back(value);
      course.energy.push_back(spent[i]);
      course.time.push_back((run.epochs[i].span.end - run.span.begin).value());
    }
  return courses;
}

Result<std::vector<BoardSource>> board_sources(const std::vector<std::string>& tables) {
  std::vector<BoardSource> sources;
  for (const auto& name : tables) {
    std::error_code ignored;
    if (std::filesystem::is_directory(name, ignored)) {
      const auto runs = runs_of_bundles(name);
      if (!runs) return propagate(runs.error());
      auto source = source_of(*runs, name);
      if (!source) return propagate(source.error());
      sources.push_back(std::move(*source));
      continue;
    }
    auto table = read_run_table(name);
    if (!table) return propagate(table.error());
    sources.push_back({std::move(*table), {}, {}, {}});
  }
  return sources;
}

Result<std::vector<BoardSource>> board_sources_of_runs(const std::string& store,
                                                       const std::vector<std::string>& references) {
  std::string name;
  const auto runs = stored_runs(store, references, name);
  if (!runs) return propagate(runs.error());
  auto source = source_of(*runs, name);
  if (!source) return propagate(source.error());
  std::vector<BoardSource> sources;
  sources.push_back(std::move(*source));
  return sources;
}

}  // namespace joulecast::session
