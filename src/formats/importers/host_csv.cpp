// The CPU and memory log of the recorder of del Rey et al.: "timestamp,cpu usage (%),memory usage
// (MB),temperature (Celsius)".
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/line_import.hpp"
#include "formats/support/log_clock.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;

struct Known {
  std::string_view heading;
  std::string_view channel;
  Quantity quantity;
  Component component;
  double divisor;
};
constexpr Known known_columns[] = {
    {"cpu usage (%)", "process_cpu", Quantity::process_cpu, Component::process, 100},
    {"memory usage (MB)", "process_memory", Quantity::process_memory, Component::process, 1e-6},
    {"temperature (Celsius)", "cpu0_temperature", Quantity::temperature, Component::cpu, 1},
};

const Known* find_known(std::string_view heading) {
  for (const auto& known : known_columns)
    if (equals_ignoring_case(known.heading, heading)) return &known;
  return nullptr;
}

Match recognises_host_csv(std::string_view head, const ImportOptions&) {
  CsvRow row;
  if (!CsvScanner(head, csv_of_logs).next(row)) return Match::no;
  const bool timed =
      std::ranges::any_of(row.cells, [](auto cell) { return equals_ignoring_case(cell, "timestamp"); });
  const bool of_processes = std::ranges::any_of(row.cells, [](auto cell) {
    const auto* known = find_known(cell);
    return known != nullptr && known->component == Component::process;
  });
  return timed && of_processes ? Match::sure : Match::no;
}

class Import : public LineImport {
 public:
  using LineImport::LineImport;

  Status run() {
    auto taken = each_line([this](std::string_view line, std::size_t number, bool torn) {
      CsvScanner scanner(line, csv_of_logs, number);
      while (scanner.next(row_))
        if (auto ok = columns_.empty() ? take_header() : take_row(torn); !ok) return ok;
      return Status{};
    });
    return taken ? finish() : taken;
  }

 private:
  struct Column {
    const Known* known = nullptr;  ///< nullptr if the column is not used
    bool time = false;
    std::size_t channel = 0;
  };

  Status take_header() {
    for (const auto cell : row_.cells) {
      auto& column = columns_.emplace_back();
      column.time = equals_ignoring_case(cell, "timestamp");
      column.known = column.time ? nullptr : find_known(cell);
      if (!column.time && column.known == nullptr) report_.left.push_back(fmt::format("{}: not used", cell));
    }
    return {};
  }

  Status take_row(bool torn) {
    const auto& cells = row_.cells;
    const auto had_point = std::exchange(last_has_point_, has_point(cells.back()));
    const bool cut_off = torn && (cells.size() != columns_.size() || (had_point && !last_has_point_));
    if (cells.size() != columns_.size() || cut_off)
      return fault(cut_off ? "cut off: the file ends within this line"
                           : fmt::format("{} cells under a header of {}", cells.size(), columns_.size()));
    if (row_.fault != CsvFault::none) return fault("a quote is not closed");
    std::optional<std::int64_t> raw_us;
    std::vector<double> values(columns_.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto cell = cells[i];
      if (columns_[i].time) raw_us = parse_civil_us(cell);
      if (columns_[i].known == nullptr || cell.empty() || equals_ignoring_case(cell, "nan")) continue;
      const auto value = parse_double(cell);
      if (!value) return fault(fmt::format("\"{}\" is not a number", cell.substr(0, 40)));
      const auto scaled = *value / columns_[i].known->divisor;
      values[i] = columns_[i].known->quantity == Quantity::process_memory ? std::round(scaled) : scaled;
    }
    if (!raw_us) return fault("no date and time");
    return take_values(*raw_us, std::move(values));
  }

  Status take_values(std::int64_t raw_us, std::vector<double> values) {
    if (!feed_.open())
      if (auto ok = open(raw_us); !ok) return ok;
    const auto moment = clock_.resolve(raw_us, last_us_, rhythm_);
    if (moment.disorder) return {};
    if (rhythm_.is_silence(moment.us - last_us_) || moment.after_jump) feed_.interrupt_all();
    last_us_ = moment.us;
    feed_.count_samples(1);
    const double time = static_cast<double>(moment.us - zero_us_) / 1e6;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].known == nullptr) continue;
      const auto value = believed(columns_[i].channel, values[i], row_.line);
      if (!value) return propagate(value.error());
      if (auto ok = feed_.push(columns_[i].channel, time, *value); !ok) return ok;
    }
    return {};
  }

  Status open(std::int64_t raw_us) {
    zero_us_ = last_us_ = raw_us;
    const auto stem = std::filesystem::path(lines_.name()).stem().string();
    run_.info.id = fmt::format("{}-{}", stem.empty() ? "host" : stem, compact_civil(zero_us_).text);
    run_.info.name = stem;
    run_.info.source = "process-csv";
    run_.info.epoch_bounds_recorded = false;
    run_.started = WallTime{zero_us_ * 1000};
    run_.notes.push_back("the times are local ones of a zone that the log does not name");
    if (auto ok = feed_.begin(run_); !ok) return ok;
    for (auto& column : columns_) {
      if (column.known == nullptr) continue;
      trace::Channel channel;
      channel.name = column.known->channel;
      channel.sensor = "process-csv";
      channel.quantity = column.known->quantity;
      channel.component = column.known->component;
      if (channel.component == Component::cpu) channel.device = "0";
      const auto made = feed_.channel(channel);
      if (!made) return propagate(made.error());
      column.channel = *made;
      report_.taken.push_back(fmt::format("{} from {}", channel.name, column.known->heading));
    }
    return {};
  }

  Status fault(std::string reason) {
    if (auto ok = damage_.at(lines_.name(), row_.line, std::move(reason)); !ok) return ok;
    feed_.interrupt_all();
    return {};
  }

  Status finish() {
    if (auto usable = tell_damage("no line that can be used"); !usable) return usable;
    note(clock_.notes());
    note(feed_.doubts());
    return feed_.end(std::move(run_));
  }

  /// Whether the number has decimals. If the previous row's had some, a number without them was truncated.
  static bool has_point(std::string_view cell) {
    return cell.find('.') + 1 < cell.size() && cell.find('.') != std::string_view::npos;
  }

  std::vector<Column> columns_;
  CsvRow row_;
  LogClock clock_;
  RhythmWatch rhythm_;
  bool last_has_point_ = false;  ///< whether the last cell of the previous row had decimals
  std::int64_t zero_us_ = 0;
  std::int64_t last_us_ = 0;
};

Status import_host_csv(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                       ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer host_csv_importer{
    .kind = "process-csv",
    .description = "process CPU and memory as the recorder of del Rey et al. writes them",
    .takes = "CPU share and memory of the training's processes, CPU temperature",
    .recognised_by = "`timestamp,cpu usage (%),memory usage (MB)…`",
    .documented = "del Rey et al., SEAA 2023, replication package",
    .recognises = recognises_host_csv,
    .import = import_host_csv};

}  // namespace joulecast::formats
