#include "session/tables/run_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "formats/run_bundle.hpp"
#include "session/runs/open_store.hpp"
#include "store/run_store.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace {

using Row = std::map<std::string, std::string>;

constexpr double full_coverage = 0.95;

template <class Number>
void put(Row& row, const char* column, const std::optional<Number>& value) {
  if (value) row[column] = fmt::format("{}", *value);
}

/// Correctness: as recorded for the whole run, else what the last epoch that has it says.
std::map<std::string, double> metrics_of(const trace::Run& run) {
  auto metrics = run.info.quality;
  for (auto epoch = run.epochs.rbegin(); epoch != run.epochs.rend(); ++epoch)
    metrics.insert(epoch->metrics.begin(), epoch->metrics.end());
  return metrics;
}

Row row_of(const trace::Run& run, const trace::RunEnergy& energy) {
  Row row;
  for (const auto& [name, value] : run.tags)
    row[name] = value;  // our own columns go before a tag of the same name
  for (const auto& [name, value] : metrics_of(run)) row[name] = fmt::format("{}", value);
  row["run_id"] = run.info.id;
  row["name"] = run.info.name;
  // Where the record is silent a tag of that name speaks.
  for (const auto& [column, value] : {std::pair{"architecture", &run.info.training.architecture},
                                      std::pair{"framework", &run.info.training.framework},
                                      std::pair{"dataset", &run.info.training.dataset}})
    if (!value->empty()) row[column] = *value;
  const auto gpu = run.info.training.gpu.empty() ? fmt::format("{}", fmt::join(run.host.gpus, " + "))
                                                 : run.info.training.gpu;
  row["gpu"] = gpu;
  row["host"] = run.host.hostname;
  row["environment"] =
      gpu.empty() || run.host.hostname.empty() ? gpu + run.host.hostname : gpu + " at " + run.host.hostname;
  put(row, "gpu_count", run.info.training.gpu_count);
  put(row, "batch_size", run.info.training.batch_size);
  if (!run.epochs.empty()) row["epochs"] = fmt::format("{}", run.epochs.size());
  const double duration = run.span.length().value();
  if (duration > 0) row["duration_s"] = fmt::format("{}", duration);
  if (!energy.total) return row;
  row["energy_j"] = fmt::format("{}", energy.total->value());
  row["coverage"] = fmt::format("{}", energy.coverage);
  if (duration > 0) row["mean_power_w"] = fmt::format("{}", energy.total->value() / duration);
  return row;
}

std::string csv_of(const std::vector<Row>& rows) {
  static const std::vector<std::string> leading{"run_id",      "name",         "architecture", "framework",
                                                "dataset",     "gpu",          "gpu_count",    "host",
                                                "environment", "batch_size",   "epochs",       "duration_s",
                                                "energy_j",    "mean_power_w", "coverage"};
  std::set<std::string> further;
  for (const auto& row : rows)
    for (const auto& [name, value] : row) further.insert(name);
  for (const auto& name : leading) further.erase(name);
  auto columns = leading;
  columns.insert(columns.end(), further.begin(), further.end());
  std::string csv;
  for (std::size_t c = 0; c < columns.size(); ++c) csv += (c > 0 ? "," : "") + formats::csv_cell(columns[c]);
  csv += '\n';
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto cell = row.find(columns[c]);
      csv += (c > 0 ? "," : "") + (cell == row.end() ? std::string() : formats::csv_cell(cell->second));
    }
    csv += '\n';
  }
  return csv;
}

/// "3 runs did not finish and left out: a, b, c"
void warn(std::vector<std::string>& warnings, const std::vector<std::string>& ids, std::string_view what) {
  if (ids.empty()) return;
  constexpr std::size_t shown = 5;
  const std::vector<std::string> first(
      ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(shown, ids.size())));
  warnings.push_back(fmt::format("{} run{} {}: {}{}", ids.size(), ids.size() == 1 ? "" : "s", what,
                                 fmt::join(first, ", "), ids.size() > shown ? ", ..." : ""));
}

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

Result<std::vector<trace::Run>> runs_of_store(const std::string& path, std::string& name) {
  const auto store = open_store(path, store::Access::read);
  if (!store) {
    auto error = store.error();
    if (error.kind == ErrorKind::unavailable)
      error.message += "; name a table, or measure with joulecast run";
    return propagate(std::move(error));
  }
  name = (*store)->location();
  const auto rows = (*store)->find();
  if (!rows) return propagate(rows.error());
  std::vector<trace::Run> runs;
  for (const auto& row : *rows) {
    auto run = (*store)->summary(row.id);
    if (!run) return propagate(run.error());
    runs.push_back(std::move(*run));
  }
  if (runs.empty()) return fail(ErrorKind::invalid, name, "holds no run");
  return runs;
}

}  // namespace

RunTable table_of_runs(std::span<const trace::Run> runs, std::string name) {
  std::vector<Row> rows;
  std::vector<std::string> unfinished;
  std::vector<std::string> unknown;
  std::vector<std::string> gappy;
  for (const auto& run : runs) {
    if (run.status != trace::RunStatus::finished) {
      unfinished.push_back(run.info.id);
      continue;
    }
    const auto energy = trace::energy_of(run);
    if (!energy.total)
      unknown.push_back(run.info.id);
    else if (energy.coverage < full_coverage)
      gappy.push_back(run.info.id);
    rows.push_back(row_of(run, energy));
  }
  RunTable result;
  if (auto table = formats::CsvTable::parse(csv_of(rows), std::move(name))) result.table = std::move(*table);
  warn(result.warnings, unfinished, "did not finish, left out");
  warn(result.warnings, unknown, "without known energy");
  warn(result.warnings, gappy, "with measurement gaps (less than 95 % of the time measured)");
  return result;
}

Result<RunTable> load_run_table(const std::string& source, const std::string& store_path) {
  std::error_code ignored;
  if (!source.empty() && !std::filesystem::is_directory(source, ignored)) {
    auto table = formats::CsvTable::read(source);
    if (!table) return propagate(table.error());
    return RunTable{std::move(*table), {}};
  }
  std::string name = source;
  const auto runs = source.empty() ? runs_of_store(store_path, name) : runs_of_bundles(source);
  if (!runs) return propagate(runs.error());
  return table_of_runs(*runs, std::move(name));
}

}  // namespace joulecast::session
