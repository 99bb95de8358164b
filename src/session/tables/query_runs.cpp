#include "session/tables/query_runs.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_summary.hpp"

namespace joulecast::session {
namespace {

using store::SqlQuestion;
using store::SqlValue;
using Row = std::vector<SqlValue>;

/// Columns of `runs` that are known without looking into a run.
constexpr std::size_t columns_at_hand = 12;

SqlValue number(double value) {
  return std::isfinite(value) ? SqlValue(value) : SqlValue();
}
template <class Tag>
SqlValue number(Unit<Tag> value) {
  return number(value.value());
}
SqlValue number(int value) {
  return static_cast<std::int64_t>(value);
}
template <class T>
SqlValue number(const std::optional<T>& value) {
  return value ? number(*value) : SqlValue();
}
/// An unknown text is NULL, as an unknown number is.
SqlValue text(const std::string& value) {
  return value.empty() ? SqlValue() : SqlValue(value);
}
SqlValue text(std::string_view value) {
  return text(std::string(value));
}
SqlValue flag(bool value) {
  return static_cast<std::int64_t>(value);
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

Row run_row(const store::RunRow& run, const RunSummary* summary) {
  Row row{text(run.id),
          text(run.name),
          text(name_of(run.status)),
          number(run.exit_status),
          run.started ? SqlValue(to_iso8601(*run.started)) : SqlValue(),
          run.status == trace::RunStatus::running ? SqlValue() : number(run.duration),
          number(run.energy),
          run.energy ? text(name_of(run.provenance)) : SqlValue(),
          text(joined(run.missing)),
          text(joined(run.command)),
          text(run.architecture),
          number(run.epochs)};
  if (!summary) {
    row.resize(query_tables().front().columns.size());
    return row;
  }
  const auto& record = summary->run;
  const auto& training = record.info.training;
  const auto gpu =
      training.gpu.empty() ? fmt::format("{}", fmt::join(record.host.gpus, " + ")) : training.gpu;
  for (auto value :
       {text(record.host.hostname), text(gpu), number(training.gpu_count), text(training.framework),
        text(training.dataset), number(training.batch_size),
        summary->energy.total ? number(summary->energy.coverage) : SqlValue(),
        summary->energy.relative_uncertainty > 0 ? number(summary->energy.relative_uncertainty) : SqlValue(),
        number(summary->mean_power), number(record.idle_baseline), number(summary->carbon.mass)})
    row.push_back(std::move(value));
  return row;
}

/// "" for a run without phases: tables are joined by it, and NULL equals nothing.
SqlValue phase_of(const RunSummary& summary, std::size_t phase) {
  const auto& names = summary.course.phase_names;
  return phase < names.size() ? names[phase] : std::string();
}

/// Adds the rows of one run to a table.
using Fill = std::vector<Row> (*)(const RunSummary& summary);

std::vector<Row> energy_rows(const RunSummary& summary) {
  std::vector<Row> rows;
  for (const auto& part : summary.energy.components)
    rows.push_back({text(name_of(part.component)), text(part.device), text(part.node), number(part.energy),
                    text(name_of(part.provenance)), part.energy ? number(part.coverage) : SqlValue(),
                    part.relative_uncertainty > 0 ? number(part.relative_uncertainty) : SqlValue(),
                    flag(part.in_total && part.energy)});
  return rows;
}

std::vector<Row> epoch_rows(const RunSummary& summary) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < summary.run.epochs.size(); ++i) {
    const auto& epoch = summary.run.epochs[i];
    rows.push_back({phase_of(summary, epoch.phase), number(epoch.index), number(epoch.span.begin),
                    number(epoch.span.end), number(epoch.work), number(summary.epoch_energy[i])});
  }
  return rows;
}

/// A metric of each epoch as it was at the epoch's end.
std::vector<Row> metric_rows(const RunSummary& summary) {
  std::vector<Row> rows;
  for (const auto& epoch : summary.run.epochs)
    for (const auto& [name, value] : epoch.metrics)
      rows.push_back({phase_of(summary, epoch.phase), number(epoch.index), text(name), number(value)});
  return rows;
}

std::vector<Row> phase_rows(const RunSummary& summary) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < summary.run.phases.size(); ++i) {
    const auto& phase = summary.run.phases[i];
    rows.push_back({phase_of(summary, i), text(phase.unit), number(phase.span.begin), number(phase.span.end),
                    number(phase.work), number(phase.total_work), number(summary.course.phase_energy[i])});
  }
  return rows;
}

std::vector<Row> window_rows(const RunSummary& summary) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < summary.run.windows.size(); ++i) {
    const auto& window = summary.run.windows[i];
    rows.push_back({text(window.name), number(window.span.begin), number(window.span.end),
                    number(summary.course.window_energy[i])});
  }
  return rows;
}

std::vector<Row> projection_rows(const RunSummary& summary) {
  std::vector<Row> rows;
  for (const auto& p : summary.run.projections)
    rows.push_back({number(p.time), number(p.share), text(p.method), number(p.total), number(p.low),
                    number(p.high), flag(p.ready), flag(p.withdrawn)});
  return rows;
}

struct Part {
  std::string_view table;
  Fill fill;
};
constexpr std::array<Part, 6> parts{{{"energy", energy_rows},
                                     {"epochs", epoch_rows},
                                     {"metrics", metric_rows},
                                     {"phases", phase_rows},
                                     {"windows", window_rows},
                                     {"projections", projection_rows}}};

/// Whether something of the question is known only to who looks into the runs.
bool looks_into_runs(const SqlQuestion& question) {
  const auto& runs = query_tables().front();
  const auto inside = std::span(runs.columns).subspan(columns_at_hand);
  return std::ranges::any_of(inside, [&](const auto& column) { return question.reads(runs.name, column); }) ||
         std::ranges::any_of(parts, [&](const Part& part) { return question.reads(part.table); });
}

Status add_parts(SqlQuestion& question, const RunSummary& summary) {
  for (const auto& part : parts) {
    if (!question.reads(part.table)) continue;
    for (auto& row : part.fill(summary)) {
      row.insert(row.begin(), text(summary.run.info.id));
      if (auto ok = question.add(part.table, row); !ok) return ok;
    }
  }
  return {};
}

}  // namespace

const std::vector<store::SqlTable>& query_tables() {
  static const std::vector<store::SqlTable> tables{
      {"runs", {"id",           "name",     "status",     "exit_status", "started",
                "duration_s",   "energy_j", "provenance", "missing",     "command",
                "architecture", "epochs",   "host",       "gpu",         "gpu_count",
                "framework",    "dataset",  "batch_size", "coverage",    "relative_uncertainty",
                "mean_power_w", "idle_w",   "emissions_g"}},
      {"tags", {"run", "name", "value"}},
      {"energy",
       {"run", "component", "device", "node", "energy_j", "provenance", "coverage", "relative_uncertainty",
        "in_total"}},
      {"epochs", {"run", "phase", "epoch", "start_s", "end_s", "work", "energy_j"}},
      {"metrics", {"run", "phase", "epoch", "name", "value"}},
      {"phases", {"run", "phase", "unit", "start_s", "end_s", "work", "total_work", "energy_j"}},
      {"windows", {"run", "name", "start_s", "end_s", "energy_j"}},
      {"projections",
       {"run", "time_s", "share", "method", "total_j", "low_j", "high_j", "ready", "withdrawn"}}};
  return tables;
}

Result<store::SqlAnswer> query_runs(const QueryRequest& request) {
  auto question = SqlQuestion::prepare(query_tables(), request.sql);
  if (!question) return propagate(question.error());
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  const auto runs = (*store)->find();
  if (!runs) return propagate(runs.error());
  const bool inside = looks_into_runs(*question);
  for (const auto& run : *runs) {
    std::optional<RunSummary> summary;
    if (inside) {
      auto summarised = summarise_run(**store, run.id, {});
      if (!summarised) return propagate(summarised.error());
      summary = std::move(*summarised);
    }
    if (auto ok = question->add("runs", run_row(run, summary ? &*summary : nullptr)); !ok)
      return propagate(ok.error());
    for (const auto& [name, value] : run.tags)
      if (auto ok = question->add("tags", {text(run.id), text(name), text(value)}); !ok)
        return propagate(ok.error());
    if (!summary) continue;
    if (auto ok = add_parts(*question, *summary); !ok) return propagate(ok.error());
  }
  return question->answer();
}

}  // namespace joulecast::session
