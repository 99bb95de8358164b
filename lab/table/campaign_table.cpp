#include "lab/table/campaign_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "hardware/catalogue.hpp"
#include "lab/execute/setup.hpp"
#include "lab/plan/measured_columns.hpp"
#include "session/forecast/workload_rows.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_course.hpp"
#include "trace/energy.hpp"

namespace joulecast::lab {
namespace {

/// Columns that other commands know, in the order of formats::WorkloadRow.
constexpr std::array known_columns{
    "source",
    "run_id",
    "config_id",
    "family",
    "architecture",
    "framework",
    "dataset",
    "gpu",
    "gpu_count",
    "power_limit_w",
    "batch_size",
    "optimizer",
    "precision",
    "input_shape",
    "train_samples",
    "validation_samples",
    "params",
    "gflops_forward_per_sample",
    "epochs",
    "epoch_time_s",
    "mean_gpu_w",
    "epoch_gpu_energy_j",
    "outcome",
    "repetition",
    "attempt",
    "energy_j",
    "energy_provenance",
    "duration_s",
    "mean_power_w",
    "gpu_clock_hz",
    "gpu_temperature_c",
    "throttled_by_power",
    "throttled_by_heat",
    "others_cpu",
    "remarks",
};

using Row = std::map<std::string, std::string>;

std::string text_of(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : std::string();
}
std::string text_of(double value) {
  return text_of(std::optional(value));
}
std::string text_of(const std::optional<int>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

void put_training(Row& row, const trace::TrainingDescription& training) {
  row["family"] = training.family;
  row["architecture"] = training.architecture;
  row["framework"] = training.framework;
  row["dataset"] = training.dataset;
  row["gpu"] = training.gpu;
  row["gpu_count"] = text_of(training.gpu_count);
  row["power_limit_w"] = text_of(training.gpu_power_limit_w);
  row["batch_size"] = text_of(training.batch_size);
  row["optimizer"] = training.optimizer;
  row["precision"] = training.precision;
  row["input_shape"] = trace::input_shape_of(training);
  row["train_samples"] = text_of(training.train_samples);
  row["validation_samples"] = text_of(training.validation_samples);
  row["params"] = text_of(training.params);
  row["gflops_forward_per_sample"] = text_of(training.gflops_forward_per_sample);
  row["epochs"] = text_of(training.epochs);
}

/// A tag that describes the training has been read as such: what is not there after that is impossible.
bool is_description(std::string_view tag) {
  return std::ranges::find(trace::description_tags(), tag) != trace::description_tags().end();
}

void put_ended(Row& row, const RunEnded& run) {
  row["run_id"] = run.run_id;
  row["outcome"] = name_of(run.outcome);
  row["repetition"] = fmt::format("{}", run.place.repetition);
  row["attempt"] = fmt::format("{}", run.place.attempt);
  row["remarks"] =
      fmt::format("{}{}{}", run.reason, run.reason.empty() || run.conduct.flags.empty() ? "" : "; ",
                  fmt::join(run.conduct.flags, "; "));
  row["others_cpu"] = text_of(run.noise.others_cpu);
  row["gpu_clock_hz"] = text_of(run.conduct.gpu_clock_hz);
  row["gpu_temperature_c"] = text_of(run.conduct.gpu_temperature);
  row["throttled_by_power"] = text_of(run.conduct.throttled_by_power);
  row["throttled_by_heat"] = text_of(run.conduct.throttled_by_heat);
  // What a run cost that did not do its work is no figure of its configuration.
  if (run.outcome != Outcome::finished) return;
  if (run.energy) {
    row["energy_j"] = text_of(run.energy->value());
    row["energy_provenance"] = name_of(run.provenance);
    if (run.duration > Seconds{0}) row["mean_power_w"] = text_of((*run.energy / run.duration).value());
  }
  row["duration_s"] = text_of(run.duration.value());
  for (const auto& [name, value] : run.metrics)  // a training may call its own anything
    if (!is_measured_column(name)) row.emplace(name, text_of(value));
}

/// Rows that have the description of the plan alone, of runs that no store has.
class Rows {
 public:
  Rows(const Plan& plan, const hardware::Catalogue& catalogue, const store::RunStore* store)
      : plan_(&plan), catalogue_(&catalogue), store_(store) {}

  [[nodiscard]] Result<Row> row_of(const Cell& cell, const RunEnded& ended) {
    const auto setup = set_up(*plan_, cell, ended.place);
    Row row;
    trace::TrainingDescription training;
    (void)trace::apply_tags(training, setup.tags);
    if (setup.environment != nullptr) {
      training.gpu = training.gpu.empty() ? setup.environment->board : training.gpu;
      if (!training.gpu_count && !setup.environment->gpus.empty())
        training.gpu_count = static_cast<int>(setup.environment->gpus.size());
    }
    if (const auto added = add_stored(row, training, ended); !added) return propagate(added.error());
    if (!row.contains("architecture")) put_training(row, training);
    for (const auto& [name, value] : setup.tags)
      if (!row.contains(name) || (row[name].empty() && !is_description(name))) row[name] = value;
    for (const auto* tag : {campaign_tag, plan_tag, cell_tag}) row.erase(tag);
    row["config_id"] = cell.key;
    if (row["source"].empty()) row["source"] = plan_->name;
    put_ended(row, ended);
    return row;
  }
  [[nodiscard]] const std::map<std::string, int>& why_no_workload() const { return why_; }

 private:
  Status add_stored(Row& row, trace::TrainingDescription& training, const RunEnded& ended) {
    if (store_ == nullptr || ended.run_id.empty()) return {};
    const auto run = store_->summary(ended.run_id);
    if (!run) {
      // A run that was removed or is damaged: what the journal says of it remains.
      if (run.error().kind != ErrorKind::invalid && run.error().kind != ErrorKind::malformed)
        return propagate(run.error());
      ++why_["not in the store any more"];
      return {};
    }
    if (training.gpu.empty()) training.gpu = run->info.training.gpu;
    if (training.gpu.empty() && !run->host.gpus.empty()) training.gpu = run->host.gpus.front();
    if (training.gpu.empty()) training.gpu = run->host.cpu_model;
    if (ended.outcome != Outcome::finished) return {};
    if (const auto each = session::course_of(*run).cost.per_sample)
      row["energy_per_sample_j"] = text_of(each->value());
    const auto workload = session::workload_row(*run, *catalogue_);
    if (!workload) {
      ++why_[workload.error().message];
      return {};
    }
    put_training(row, workload->training);
    row["source"] = workload->source;
    row["epoch_time_s"] = text_of(workload->epoch_time_s);
    row["mean_gpu_w"] = text_of(workload->mean_gpu_w);
    row["epoch_gpu_energy_j"] = text_of(workload->epoch_gpu_energy_j);
    return {};
  }

  const Plan* plan_;
  const hardware::Catalogue* catalogue_;
  const store::RunStore* store_;
  std::map<std::string, int> why_;
};

std::string csv_of(const std::vector<Row>& rows) {
  std::vector<std::string> columns(known_columns.begin(), known_columns.end());
  std::set<std::string> further;
  for (const auto& row : rows)
    for (const auto& [name, value] : row) further.insert(name);
  for (const auto& name : columns) further.erase(name);
  columns.insert(columns.end(), further.begin(), further.end());
  std::string csv;
  for (std::size_t i = 0; i < columns.size(); ++i) csv += (i == 0 ? "" : ",") + csv_cell(columns[i]);
  csv += "\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto cell = row.find(columns[i]);
      csv += (i == 0 ? "" : ",") + (cell == row.end() ? std::string() : csv_cell(cell->second));
    }
    csv += "\n";
  }
  return csv;
}

/// Other commands refuse a whole table in which one of these is empty.
void add_remarks(const std::vector<Row>& rows, const std::map<std::string, int>& why, CampaignTable& table) {
  for (const auto* column : {"architecture", "gpu", "batch_size"}) {
    const auto is_empty = [&](const Row& row) {
      return row.find(column) == row.end() || row.at(column).empty();
    };
    if (std::ranges::any_of(rows, is_empty))
      table.remarks.push_back(
          fmt::format("fit and evaluate offline cannot take the table, since not every row has its {}: a "
                      "factor or tag of that name says it",
                      column));
  }
  for (const auto& [reason, count] : why)
    table.remarks.push_back(
        fmt::format("{} run{} without figures of an epoch: {}", count, count == 1 ? "" : "s", reason));
}

}  // namespace

Result<CampaignTable> campaign_table(const Plan& plan, const CampaignState& state, const std::string& url) {
  const auto store = session::open_store(url, store::Access::look);
  if (!store && store.error().kind != ErrorKind::unavailable) return propagate(store.error());
  const auto& catalogue = hardware::catalogue();
  if (!catalogue) return propagate(catalogue.error());
  Rows maker(plan, *catalogue, store ? store->get() : nullptr);
  const Standing standing(plan, state);
  std::vector<Row> rows;
  CampaignTable table;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    auto runs = standing.cell(i).finished;
    const auto& failed = standing.cell(i).failed;
    table.without_figures += failed.size();
    runs.insert(runs.end(), failed.begin(), failed.end());
    for (const auto* run : runs) {
      auto row = maker.row_of(plan.cells[i], *run);
      if (!row) return propagate(row.error());
      rows.push_back(std::move(*row));
    }
  }
  if (rows.empty()) return fail(ErrorKind::invalid, plan.file, "no run of this campaign has ended yet");
  table.rows = rows.size();
  table.csv = csv_of(rows);
  add_remarks(rows, maker.why_no_workload(), table);
  return table;
}

}  // namespace joulecast::lab
