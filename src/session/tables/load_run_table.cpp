#include "session/tables/load_run_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "formats/run_bundle.hpp"
#include "session/runs/open_store.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace {

using Row = std::map<std::string, RunCell>;

constexpr double full_coverage = 0.95;
constexpr std::array leading_columns{"run_id", "name",       "architecture", "framework",    "dataset",
                                     "gpu",    "gpu_count",  "host",         "environment",  "batch_size",
                                     "epochs", "duration_s", "energy_j",     "mean_power_w", "coverage"};

/// Correctness metrics: the value recorded for the run, else the one of the last epoch that has it, else the
/// last one that was reported outside of all epochs, such as a test after the training.
std::map<std::string, double> metrics_of(const trace::Run& run) {
  auto metrics = run.info.quality;
  for (auto epoch = run.epochs.rbegin(); epoch != run.epochs.rend(); ++epoch)
    metrics.insert(epoch->metrics.begin(), epoch->metrics.end());
  for (auto point = run.metrics.rbegin(); point != run.metrics.rend(); ++point)
    metrics.emplace(point->name, point->value);
  return metrics;
}

/// What ran on which machine. Recorded values take precedence over a tag of the same name; the tag is used if
/// the record has no value.
void put_description(Row& row, const trace::Run& run) {
  const auto& training = run.info.training;
  const auto put = [&](const char* column, std::string text) { row[column] = RunCell(std::move(text)); };
  put("run_id", run.info.id);
  put("name", run.info.name);
  for (const auto& [column, value] :
       {std::pair{"architecture", &training.architecture}, std::pair{"framework", &training.framework},
        std::pair{"dataset", &training.dataset}})
    if (!value->empty()) put(column, *value);
  const auto& host = run.host.hostname;
  const auto gpu = training.gpu.empty() ? fmt::format("{}", fmt::join(run.host.gpus, " + ")) : training.gpu;
  put("gpu", gpu);
  put("host", host);
  put("environment", gpu.empty() || host.empty() ? gpu + host : gpu + " at " + host);
  if (training.gpu_count) row["gpu_count"] = RunCell(*training.gpu_count);
  if (training.batch_size) row["batch_size"] = RunCell(*training.batch_size);
}

Row row_of(const trace::Run& run, const trace::RunEnergy& energy) {
  Row row;
  for (const auto& [name, value] : run.tags) row[name] = RunCell(value);
  for (const auto& [name, value] : metrics_of(run)) row[name] = RunCell(value);
  put_description(row, run);
  if (!run.epochs.empty()) row["epochs"] = RunCell(static_cast<double>(run.epochs.size()));
  const double duration = run.span.length().value();
  if (duration > 0) row["duration_s"] = RunCell(duration);
  if (!energy.total) return row;
  row["energy_j"] = RunCell(energy.total->value());
  row["coverage"] = RunCell(energy.coverage);
  if (energy.mean_power) row["mean_power_w"] = RunCell(energy.mean_power->value());
  return row;
}

/// The columns of every table of runs, then metrics and tags by name.
std::vector<std::string> columns_of(const std::vector<Row>& rows) {
  std::set<std::string> further;
  for (const auto& row : rows)
    for (const auto& [name, value] : row) further.insert(name);
  for (const auto* name : leading_columns) further.erase(name);
  std::vector<std::string> columns(leading_columns.begin(), leading_columns.end());
  columns.insert(columns.end(), further.begin(), further.end());
  return columns;
}

LeftOutReason reason_of(trace::RunStatus status) {
  switch (status) {
    case trace::RunStatus::running:
      return LeftOutReason::still_running;
    case trace::RunStatus::failed:
      return LeftOutReason::failed;
    case trace::RunStatus::stopped:
      return LeftOutReason::stopped;
    default:
      return LeftOutReason::interrupted;
  }
}

Result<std::vector<std::string>> ids_of(const store::RunStore& store,
                                        const std::vector<std::string>& references) {
  std::vector<std::string> ids;
  if (references.empty()) {
    const auto rows = store.find();
    if (!rows) return propagate(rows.error());
    for (const auto& row : *rows) ids.push_back(row.id);
  }
  for (const auto& reference : references) {
    const auto choice = store.resolve(reference);
    if (!choice) return propagate(choice.error());
    if (std::ranges::find(ids, choice->id) != ids.end())
      return fail(ErrorKind::invalid, "", "run {} is named twice", choice->id);
    ids.push_back(choice->id);
  }
  return ids;
}

}  // namespace

Result<std::vector<trace::Run>> runs_of_bundles(const std::filesystem::path& folder) {
  std::vector<trace::Run> runs;
  for (const auto& bundle : formats::find_run_bundles(folder)) {
    auto run = formats::read_run_bundle(bundle);
    if (!run) return propagate(run.error());
    runs.push_back(std::move(*run));
  }
  if (runs.empty())
    return fail(ErrorKind::invalid, folder.string(), "holds no run bundle (a folder with run.json)");
  return runs;
}

Result<std::vector<trace::Run>> stored_runs(const std::string& path,
                                            const std::vector<std::string>& references, std::string& name) {
  const auto store = open_store(path, store::Access::read);
  if (!store) {
    auto error = store.error();
    if (error.kind == ErrorKind::unavailable)
      error.message += "; name a table, or measure with joulecast run";
    return propagate(std::move(error));
  }
  name = (*store)->location();
  const auto ids = ids_of(**store, references);
  if (!ids) return propagate(ids.error());
  std::vector<trace::Run> runs;
  for (const auto& id : *ids) {
    auto run = (*store)->summary(id);
    if (!run) return propagate(run.error());
    runs.push_back(std::move(*run));
  }
  if (runs.empty()) return fail(ErrorKind::invalid, name, "holds no run");
  return runs;
}

RunTable table_of_runs(std::span<const trace::Run> runs, std::string source) {
  RunRows table{std::move(source), {}, {}, {}, {}, {}, {}};
  std::vector<Row> rows;
  std::vector<std::string> gappy;
  for (const auto& run : runs) {
    if (run.status != trace::RunStatus::finished) {
      add_left_out(table.left_out, reason_of(run.status), "", run.info.id);
      continue;
    }
    const auto energy = trace::energy_of(run);
    if (energy.total && energy.coverage < full_coverage) gappy.push_back(run.info.id);
    rows.push_back(row_of(run, energy));
    table.ids.push_back(run.info.id);
    table.energy_uncertainty.push_back(energy.total ? energy.relative_uncertainty : 0);
  }
  table.columns = columns_of(rows);
  for (auto& row : rows)
    for (const auto& column : table.columns) {
      const auto cell = row.find(column);
      table.cells.push_back(cell == row.end() ? RunCell{} : std::move(cell->second));
    }
  if (!gappy.empty())
    table.warnings.push_back(
        fmt::format("{} run{} with measurement gaps (less than 95 % of the time measured): {}", gappy.size(),
                    gappy.size() == 1 ? "" : "s", first_runs(gappy)));
  return RunTable(std::move(table));
}

Result<RunTable> read_run_table(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return fail(ErrorKind::invalid, file.string(), "is a folder, not a table");
  auto table = CsvTable::read(file);
  if (!table) return propagate(table.error());
  return RunTable(std::move(*table));
}

Result<RunTable> load_run_table(const std::string& source, const std::string& store) {
  std::error_code ignored;
  if (!source.empty() && !std::filesystem::is_directory(source, ignored)) return read_run_table(source);
  std::string name = source;
  const auto runs = source.empty() ? stored_runs(store, {}, name) : runs_of_bundles(source);
  if (!runs) return propagate(runs.error());
  auto table = table_of_runs(*runs, name);
  if (table.rows() == 0)
    return propagate(with_reasons({ErrorKind::invalid, "holds no finished run", name}, table.left_out()));
  return table;
}

}  // namespace joulecast::session
