#include "formats/run_bundle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "base/files.hpp"
#include "formats/bundle_columns.hpp"
#include "formats/bundle_info.hpp"
#include "formats/bundle_progress.hpp"
#include "formats/support/channel_feed.hpp"
#include "formats/support/log_clock.hpp"
#include "formats/support/numeric_table.hpp"
#include "formats/support/value_bounds.hpp"
#include "trace/absence.hpp"
#include "trace/phases.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace fs = std::filesystem;
namespace {

using trace::Run;

/// One CSV column that is being turned into a trace.
struct Column {
  std::size_t index;
  CellUnit unit;
  TraceBuilder builder;
  const DescribedColumn* described;  ///< nullptr if the name says everything
  ValueBounds bounds;                ///< used if nothing describes the column
  RhythmWatch rhythm = {};
  std::vector<RhythmWatch::Silence> early = {};  ///< silences that are told when all readings are there
  std::optional<double> first_s = std::nullopt, last_s = std::nullopt;

  /// A gauge that was not read for long has a gap there, as in every log. A counter's next difference has the
  /// energy; and the gaps of a column that is described are known.
  [[nodiscard]] bool is_read_at_a_rhythm() const {
    return described == nullptr && builder.behaviour() == trace::Behaviour::gauge;
  }
};

constexpr double microseconds = 1e6;

void add_reading(Column& column, double time, double value) {
  if (column.is_read_at_a_rhythm()) {
    if (!column.first_s) column.first_s = time;
    constexpr double longest_s = 1e9;
    const auto step = std::llround(std::min(time - column.last_s.value_or(time), longest_s) * microseconds);
    if (column.last_s && column.rhythm.is_silence(step)) column.builder.interrupt();
    if (!column.rhythm.judged_early()) column.early = column.rhythm.early_silences();
    column.last_s = time;
  }
  column.builder.add(time, value);
}

/// Gaps for silences among the first readings, which were too few to judge by when they came.
void tell_early_silences(Column& column) {
  if (!column.is_read_at_a_rhythm() || !column.first_s) return;
  if (!column.rhythm.judged_early()) column.early = column.rhythm.early_silences(/*at_end=*/true);
  for (const auto& [begin, end] : column.early)
    column.builder.silence(*column.first_s + static_cast<double>(begin) / microseconds,
                           *column.first_s + static_cast<double>(end) / microseconds);
}

/// The node's name: "power-node_3.csv" gives "node_3", "power.csv" gives "".
std::string node_of(const std::string& file) {
  const auto stem = fs::path(file).stem().string();
  const auto dash = stem.find('-');
  return dash == std::string::npos ? "" : stem.substr(dash + 1);
}

const DescribedColumn* find_description(const BundleInfo& info, std::string_view file,
                                        std::string_view column) {
  for (const auto& described : info.columns)
    if (described.file == file && described.column == column) return &described;
  return nullptr;
}

/// What a channel of this run may have, by the limit of its GPUs if it is known.
Watts most_of(const trace::Channel& channel, const BundleInfo& info) {
  const auto limit = info.run.info.training.gpu_power_limit_w;
  const bool usable = channel.component == trace::Component::gpu && limit && *limit > 0 &&
                      Watts{*limit} <= trace::most_of(trace::Component::gpu);
  return trace::most_of(channel.component, usable ? std::optional{Watts{*limit}} : std::nullopt);
}

std::vector<Column> columns_of(const NumericTable& table, const BundleInfo& info, const std::string& file,
                               BundleNotes& notes) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const auto& name = table.header[i];
    if (name == "time_s") continue;
    auto standard = bundle_column(name, node_of(file));
    if (const auto* described = find_description(info, file, name))
      columns.push_back({i, standard ? standard->unit : CellUnit::base, TraceBuilder(described->channel),
                         described, ValueBounds(described->channel)});
    else if (standard) {
      auto channel = standard->channel;
      channel.plausible_maximum = most_of(channel, info);
      columns.push_back(
          {i, standard->unit, TraceBuilder(std::move(standard->channel)), nullptr, ValueBounds(channel)});
    } else
      notes.left.push_back(fmt::format("{}: column {} is not one of a bundle", file, name));
  }
  return columns;
}

Status read_readings(const NumericTable& table, std::string_view path, std::vector<Column>& columns,
                     Damage& damage) {
  const auto time_column = table.find("time_s");
  double last = -std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double time = table.lines[row] == 0 ? last : table.at(row, time_column);
    bool usable = table.lines[row] != 0;
    if (usable && !(time >= last)) {
      auto reason =
          std::isnan(time) ? std::string("no time") : fmt::format("time_s falls from {} to {}", last, time);
      if (auto ok = damage.at(path, table.lines[row], std::move(reason)); !ok) return ok;
      usable = false;
    }
    for (auto& column : columns) {
      double cell = usable ? table.at(row, column.index) : 0;
      // What joulecast recorded itself has passed the same rule.
      const bool checked = usable && column.described == nullptr && !std::isnan(cell);
      if (const auto value = checked ? from_cell(cell, column.unit) : 0;
          checked && column.bounds.is_doubtful(value)) {
        if (auto ok = damage.doubt(path, table.lines[row], column.bounds.doubt(value)); !ok) return ok;
        cell = std::numeric_limits<double>::quiet_NaN();
      }
      if (!usable)
        column.builder.interrupt();
      else if (!std::isnan(cell))
        add_reading(column, time, from_cell(cell, column.unit));
      else if (column.described == nullptr)
        column.builder.missing(time);
    }
    if (usable) last = time;
  }
  return {};
}

/// Adds a file's traces to the run and returns its number of rows.
Result<std::size_t> read_trace_file(const fs::path& path, BundleInfo& info, Damage& damage,
                                    BundleNotes& notes) {
  const auto text = read_file(path);
  if (!text) return propagate(text.error());
  const auto table = read_numeric_table(*text, path.string(), damage);
  if (!table) return propagate(table.error());
  if (table->find("time_s") == table->header.size())
    return fail(ErrorKind::malformed, place(path.string(), 1), "no column time_s");
  auto columns = columns_of(*table, info, path.filename().string(), notes);
  if (auto ok = read_readings(*table, path.string(), columns, damage); !ok) return propagate(ok.error());
  for (auto& column : columns) {
    tell_early_silences(column);
    auto& trace = info.run.traces.emplace_back(std::move(column.builder).finish());
    if (column.described != nullptr) {
      trace.gaps = column.described->gaps;
      for (const auto& span : column.described->absences) trace::add_absence(trace, span);
    }
    if (auto ok = trace::check(trace); !ok)
      return fail(ErrorKind::malformed, path.string(), "{}: {}", trace.channel.name, ok.error().message);
  }
  return table->rows();
}

Status read_epochs(const fs::path& path, BundleInfo& info, Damage& damage) {
  const auto file = path.string();
  const auto text = read_file(path);
  if (!text) return propagate(text.error());
  const auto table = read_numeric_table(*text, file, damage);
  if (!table) return propagate(table.error());
  const auto columns = table->header.size();
  const auto index = table->find("epoch");
  const auto begin = table->find("start_s");
  const auto end = table->find("end_s");
  if (std::max({index, begin, end}) == columns)
    return fail(ErrorKind::malformed, place(file, 1), "needs the columns epoch, start_s and end_s");
  const auto optional_at = [&](std::size_t row, const char* name) -> std::optional<double> {
    const auto column = table->find(name);
    if (column == columns || std::isnan(table->at(row, column))) return std::nullopt;
    return table->at(row, column);
  };
  for (std::size_t row = 0; row < table->rows(); ++row) {
    if (table->lines[row] == 0) continue;
    const double number = table->at(row, index);
    if (!(std::abs(number) <= 2e9) || std::trunc(number) != number ||
        !(table->at(row, begin) <= table->at(row, end))) {
      const auto* reason = "an epoch needs a whole number, a start and an end that is not before it";
      if (auto ok = damage.at(file, table->lines[row], reason); !ok) return ok;
      continue;
    }
    trace::Epoch epoch;
    epoch.index = static_cast<int>(number);
    epoch.span = {Seconds{table->at(row, begin)}, Seconds{table->at(row, end)}};
    epoch.work = optional_at(row, "work");
    if (const auto energy = optional_at(row, "energy_j")) epoch.energy = Joules{*energy};
    if (row < info.epoch_metrics.size()) epoch.metrics = info.epoch_metrics[row];
    if (row < info.epoch_phases.size() && info.epoch_phases[row] > 0)
      epoch.phase = static_cast<std::size_t>(info.epoch_phases[row]);
    info.run.epochs.push_back(std::move(epoch));
  }
  std::ranges::stable_sort(info.run.epochs, {}, [](const auto& epoch) { return epoch.span.begin; });
  return {};
}

/// run_start_s .. run_stop_s. A missing value is taken from the power traces after second 0, or else from the
/// epochs or the progress.
trace::Span span_of(const BundleInfo& info) {
  double first = std::numeric_limits<double>::infinity();
  double last = -first;
  const auto cover = [&](double begin, double end) {
    first = std::min(first, begin);
    last = std::max(last, end);
  };
  const auto is_power = [](const trace::Trace& trace) {
    return trace.channel.quantity == trace::Quantity::power ||
           trace.channel.quantity == trace::Quantity::energy;
  };
  for (const bool only_power : {true, false})
    for (const auto& trace : info.run.traces)
      if (!trace.empty() && !(last >= first && !only_power) && is_power(trace) == only_power)
        cover(trace.times.front(), trace.times.back());
  if (last < first)
    for (const auto& epoch : info.run.epochs) cover(epoch.span.begin.value(), epoch.span.end.value());
  if (last < first && !info.run.progress.empty())
    cover(info.run.progress.front().time.value(), info.run.progress.back().time.value());
  if (last < first) first = last = 0;
  trace::Span span{Seconds{std::max(0.0, info.end ? 0.0 : first)}, Seconds{last}};
  if (info.begin) span.begin = *info.begin;
  if (info.end) span.end = *info.end;
  span.end = std::max(span.begin, span.end);
  return span;
}

std::vector<fs::path> trace_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    if (name == "power.csv" || name == "host.csv" || (name.starts_with("power-") && name.ends_with(".csv")))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<Run> read_run_bundle(const fs::path& directory) {
  BundleNotes notes;
  Damage strict(true);
  strict.allow_doubts();
  return read_run_bundle(directory, strict, notes);
}

Result<Run> read_run_bundle(const fs::path& directory, Damage& damage, BundleNotes& notes) {
  const auto text = read_file(directory / "run.json", most_of_a_document);
  if (!text) return propagate(text.error());
  auto info = parse_bundle_info(*text, (directory / "run.json").string());
  if (!info) return propagate(info.error());
  std::size_t host_rows = 0;
  for (const auto& file : trace_files(directory)) {
    const auto rows = read_trace_file(file, *info, damage, notes);
    if (!rows) return propagate(rows.error());
    (file.filename() == "host.csv" ? host_rows : notes.rows) += *rows;
  }
  if (notes.rows == 0) notes.rows = host_rows;
  std::error_code ignored;
  if (const auto epochs = directory / "epochs.csv"; fs::exists(epochs, ignored)) {
    if (auto ok = read_epochs(epochs, *info, damage); !ok) return propagate(ok.error());
  } else {
    info->run.info.epoch_bounds_recorded = false;
  }
  if (const auto progress = directory / "progress.csv"; fs::exists(progress, ignored)) {
    const auto rows = read_file(progress);
    if (!rows) return propagate(rows.error());
    if (auto ok = read_bundle_progress(*rows, progress.string(), info->run, damage); !ok)
      return propagate(ok.error());
  }
  info->run.span = span_of(*info);
  trace::withdraw_projections(info->run);
  return std::move(info->run);
}

std::vector<fs::path> find_run_bundles(const fs::path& root) {
  std::vector<fs::path> bundles;
  std::error_code error;
  if (fs::is_regular_file(root / "run.json", error)) bundles.push_back(root);
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(root, options, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && fs::is_regular_file(it->path() / "run.json", ignored))
      bundles.push_back(it->path());
  }
  std::ranges::sort(bundles);
  return bundles;
}

}  // namespace joulecast::formats
