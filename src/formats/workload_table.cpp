#include "formats/workload_table.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::formats {
namespace {

constexpr std::array needed_columns{"architecture", "gpu"};
constexpr double least_figure = 1e-12;  ///< in any column, a smaller figure is an error

/// Reads the cells of one row by column name.
class RowReader {
 public:
  RowReader(const CsvTable& table, std::size_t row) : table_(table), row_(row) {}

  [[nodiscard]] std::string text(std::string_view column) const {
    const auto index = table_.find(column);
    return index ? std::string(trim(table_.text(row_, *index))) : std::string{};
  }
  /// A number up to `most`; nothing if the cell is empty.
  [[nodiscard]] Result<std::optional<double>> number(std::string_view column, bool zero_allowed,
                                                     double most) const {
    const auto cell = text(column);
    if (cell.empty()) return std::optional<double>{};
    const auto value = parse_double(cell);
    if (!value) return fail(ErrorKind::malformed, place(), "{} is not a number: '{}'", column, cell);
    if (*value < 0 || (*value == 0 && !zero_allowed))
      return fail(ErrorKind::malformed, place(), "{} must be {}, not {}", column,
                  zero_allowed ? "0 or more" : "positive", cell);
    if (*value > most || (*value > 0 && *value < least_figure))
      return fail(ErrorKind::malformed, place(), "{} is impossible: {}", column, cell);
    return std::optional{*value};
  }
  [[nodiscard]] Result<int> count(std::string_view column, std::optional<int> if_empty) const {
    const auto cell = text(column);
    if (cell.empty() && if_empty) return *if_empty;
    const auto value = parse_double(cell);
    if (!value || *value < 1 || *value > 1e9 || *value != std::floor(*value))
      return fail(ErrorKind::malformed, place(), "{} must be a whole number from 1, not '{}'", column, cell);
    return static_cast<int>(*value);
  }
  [[nodiscard]] std::string place() const { return table_.where(row_); }

 private:
  const CsvTable& table_;
  std::size_t row_;
};

/// `most` is far above any real training's value. It rejects wrong units and garbage.
template <class Record>
struct NumberColumn {
  std::string_view name;
  std::optional<double> Record::*field;
  bool zero_allowed;
  double most;
};
using trace::TrainingDescription;
constexpr std::array described_numbers{
    NumberColumn<TrainingDescription>{"power_limit_w", &TrainingDescription::gpu_power_limit_w, false, 1e5},
    NumberColumn<TrainingDescription>{"train_samples", &TrainingDescription::train_samples, false, 1e15},
    NumberColumn<TrainingDescription>{"validation_samples", &TrainingDescription::validation_samples, true,
                                      1e15},
    NumberColumn<TrainingDescription>{"params", &TrainingDescription::params, true, 1e15},
    NumberColumn<TrainingDescription>{"gflops_forward_per_sample",
                                      &TrainingDescription::gflops_forward_per_sample, true, 1e12},
    NumberColumn<TrainingDescription>{"epochs", &TrainingDescription::epochs, false, 1e9},
};
constexpr std::array measured_numbers{
    NumberColumn<WorkloadRow>{"epoch_time_s", &WorkloadRow::epoch_time_s, false, 1e9},
    NumberColumn<WorkloadRow>{"mean_gpu_w", &WorkloadRow::mean_gpu_w, false, 1e8},
    NumberColumn<WorkloadRow>{"epoch_gpu_energy_j", &WorkloadRow::epoch_gpu_energy_j, false, 1e15},
};

template <class Record>
struct TextColumn {
  std::string_view name;
  std::string Record::*field;
};
constexpr std::array described_texts{
    TextColumn<TrainingDescription>{"family", &TrainingDescription::family},
    TextColumn<TrainingDescription>{"architecture", &TrainingDescription::architecture},
    TextColumn<TrainingDescription>{"framework", &TrainingDescription::framework},
    TextColumn<TrainingDescription>{"dataset", &TrainingDescription::dataset},
    TextColumn<TrainingDescription>{"gpu", &TrainingDescription::gpu},
    TextColumn<TrainingDescription>{"optimizer", &TrainingDescription::optimizer},
    TextColumn<TrainingDescription>{"input_shape", &TrainingDescription::input_shape},
    TextColumn<TrainingDescription>{"precision", &TrainingDescription::precision},
};
constexpr std::array identity_texts{
    TextColumn<WorkloadRow>{"source", &WorkloadRow::source},
    TextColumn<WorkloadRow>{"run_id", &WorkloadRow::run_id},
    TextColumn<WorkloadRow>{"config_id", &WorkloadRow::config_id},
};

template <class Record, std::size_t size>
void read_texts(const RowReader& cells, const std::array<TextColumn<Record>, size>& columns, Record& into) {
  for (const auto& column : columns) into.*column.field = cells.text(column.name);
}
template <class Record, std::size_t size>
Status read_numbers(const RowReader& cells, const std::array<NumberColumn<Record>, size>& columns,
                    Record& into) {
  for (const auto& column : columns) {
    auto value = cells.number(column.name, column.zero_allowed, column.most);
    if (!value) return propagate(value.error());
    into.*column.field = *value;
  }
  return {};
}

enum class TableKind { epochs, speeds, energies };

/// Reads numbers into optionals until one is impossible.
class Numbers {
 public:
  explicit Numbers(const RowReader& cells) : cells_(cells) {}
  std::optional<double> read(std::string_view column, double most, bool zero_allowed = false) {
    if (!status_) return std::nullopt;
    auto value = cells_.number(column, zero_allowed, most);
    if (value) return *value;
    status_ = propagate(value.error());
    return std::nullopt;
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  const RowReader& cells_;
  Status status_;
};

constexpr double most_samples = 1e12;
constexpr double million = 1e6;

/// What a row of speed says of its step. Per token where it counts tokens: some sources round their samples.
Status read_step(const RowReader& cells, TableKind kind, WorkloadRow& row) {
  auto& training = row.training;
  auto& step = row.step;
  Numbers numbers(cells);
  step.memory_format = to_lower(cells.text("memory_format"));
  step.training = cells.text("mode") != "infer";
  step.sequence_length = numbers.read("sequence_length", most_samples);
  step.activations_m = numbers.read("macts_m", most_samples, true);
  if (!step.activations_m || *step.activations_m == 0) step.activations_m.reset();
  read_notes(cells.text("notes"), step);
  if (kind != TableKind::speeds) return numbers.status();
  step.micro_batch = numbers.read("batch_size_per_gpu", most_samples);
  if (const auto params = numbers.read("params_m", most_samples)) training.params = *params * million;
  training.gflops_forward_per_sample = numbers.read("gmacs_forward", most_samples, true);
  if (training.gflops_forward_per_sample && *training.gflops_forward_per_sample == 0)
    training.gflops_forward_per_sample.reset();
  const auto samples = numbers.read("samples_per_s", most_samples, true);
  const auto tokens = numbers.read("tokens_per_s", 1e15, true);
  row.step_counts_tokens = tokens && *tokens > 0;
  if (row.step_counts_tokens)
    row.step_time_s = 1 / *tokens;
  else if (samples && *samples > 0)
    row.step_time_s = 1 / *samples;
  return numbers.status();
}

/// GPUs that divide a model compute one batch together, of which a table gives each one's share unless it
/// calls the figure the micro-batch.
void gather_shares(int gpus, StepSetup& step) {
  const double group = step.tensor_parallel * step.pipeline_parallel;
  if (group <= 1 || step.global_batch) return;
  step.global_batch = *step.micro_batch * gpus;
  step.micro_batch = *step.micro_batch * group;
}

TableKind kind_of(const CsvTable& csv) {
  if (csv.find("samples_per_s")) return TableKind::speeds;
  return csv.find("run_gpu_energy_j") ? TableKind::energies : TableKind::epochs;
}

Result<WorkloadRow> read_row(const RowReader& cells, std::size_t line, TableKind kind) {
  WorkloadRow row;
  row.line = line;
  auto& training = row.training;
  read_texts(cells, identity_texts, row);
  read_texts(cells, described_texts, training);
  for (const auto* name : {"architecture", "gpu"})
    if (cells.text(name).empty()) return fail(ErrorKind::malformed, cells.place(), "{} is empty", name);
  if (auto ok = read_numbers(cells, described_numbers, training); !ok) return propagate(ok.error());
  if (auto ok = read_numbers(cells, measured_numbers, row); !ok) return propagate(ok.error());
  if (auto ok = read_step(cells, kind, row); !ok) return propagate(ok.error());
  auto gpus = cells.count("gpu_count", 1);
  if (!gpus) return propagate(gpus.error());
  training.gpu_count = *gpus;
  if (kind == TableKind::epochs || (kind == TableKind::energies && !cells.text("batch_size").empty())) {
    auto batch = cells.count("batch_size", std::nullopt);
    if (!batch) return propagate(batch.error());
    training.batch_size = *batch;
  } else if (row.step.micro_batch) {
    training.batch_size = *row.step.micro_batch * *gpus;
    if (cells.text("notes").find("micro-batch") == std::string::npos) gather_shares(*gpus, row.step);
  }
  if (row.config_id.empty()) row.config_id = made_config_id(row);
  return row;
}

}  // namespace

std::optional<double> WorkloadRow::epoch_energy_j() const {
  if (epoch_gpu_energy_j) return epoch_gpu_energy_j;
  if (mean_gpu_w && epoch_time_s) return *mean_gpu_w * *epoch_time_s;
  return std::nullopt;
}

std::string made_config_id(const WorkloadRow& row) {
  const auto& training = row.training;
  if (row.step_time_s)
    return fmt::format("{}/{}/{}/{}/{}/{}x{}/{}/{}/{}/{}/{}/{}x{}x{}", row.source, training.framework,
                       training.architecture, training.input_shape, row.step.sequence_length.value_or(0),
                       training.gpu_count.value_or(1), training.gpu, row.step.training ? "train" : "infer",
                       training.precision, row.step.memory_format, row.step.micro_batch.value_or(0),
                       row.step.global_batch.value_or(0), row.step.tensor_parallel,
                       row.step.pipeline_parallel, row.step.expert_parallel);
  return fmt::format("{}/{}/{}/{}/{}/{}x{}/{}/{}/{}", row.source, training.framework, training.dataset,
                     training.architecture, training.input_shape, training.gpu_count.value_or(1),
                     training.gpu, training.gpu_power_limit_w.value_or(0), training.batch_size.value_or(0),
                     training.optimizer);
}

Result<WorkloadTable> parse_workload_table(std::string_view text, const std::string& where) {
  auto csv = CsvTable::parse(std::string(text), where, CsvKind::data);
  if (!csv) return propagate(csv.error());
  for (const auto* name : needed_columns)
    if (auto column = csv->needed_column(name); !column) return propagate(column.error());
  const auto kind = kind_of(*csv);
  if (kind == TableKind::epochs)
    if (auto column = csv->needed_column("batch_size"); !column) return propagate(column.error());
  WorkloadTable table{where, {}, kind == TableKind::epochs};
  table.rows.reserve(csv->rows());
  for (std::size_t i = 0; i < csv->rows(); ++i) {
    auto row = read_row(RowReader(*csv, i), csv->line(i), kind);
    if (!row) return propagate(row.error());
    if (kind == TableKind::speeds && !row->step_time_s) continue;
    table.rows.push_back(std::move(*row));
  }
  if (table.rows.empty()) return fail(ErrorKind::malformed, where, "the table has no rows");
  return table;
}

Result<WorkloadTable> read_workload_table(const std::filesystem::path& file) {
  auto text = read_file(file);
  if (!text) return propagate(text.error());
  return parse_workload_table(*text, file.string());
}

}  // namespace joulecast::formats
