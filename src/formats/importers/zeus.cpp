// The log of Zeus' ZeusMonitor: one row for each measurement window with the joules of each GPU. Windows may
// lie inside others; only the outermost ones are added.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/line_import.hpp"
#include "formats/support/log_time.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

constexpr std::string_view start_name = "start_time";
constexpr std::string_view window_name = "window_name";
constexpr std::string_view elapsed_name = "elapsed_time";
constexpr std::string_view energy_suffix = "_energy";
/// So that an endless log cannot fill the memory.
constexpr std::size_t most_windows = 500'000;
/// Ends and starts of windows are read with two calls of a clock.
constexpr double slack_s = 1e-3;

Match recognises_zeus(std::string_view head, const ImportOptions&) {
  CsvRow row;
  if (!CsvScanner(head, csv_of_logs).next(row)) return Match::no;
  const auto has = [&](std::string_view name) {
    return std::ranges::find(row.cells, name) != row.cells.end();
  };
  return has(start_name) && has(window_name) && has(elapsed_name) ? Match::sure : Match::no;
}

struct Window {
  double begin = 0;  ///< seconds since 1970
  double end = 0;
  std::string name;
  std::vector<double> joules;  ///< for each meter
  std::size_t line = 0;
};

struct Meter {
  std::string heading;
  std::size_t column = 0;
  std::size_t channel = 0;
  double joules = 0;
};

class Import : public LineImport {
 public:
  using LineImport::LineImport;

  Status run() {
    auto taken = each_line([this](std::string_view line, std::size_t number, bool torn) {
      CsvScanner scanner(line, csv_of_logs, number);
      while (scanner.next(row_))
        if (auto ok = header_.empty() ? take_header() : take_row(torn); !ok) return ok;
      return Status{};
    });
    if (!taken) return taken;
    if (!windows_.empty())
      if (auto ok = emit(); !ok) return ok;
    if (auto usable = tell_damage("no measurement window in it"); !usable) return usable;
    return feed_.end(std::move(run_));
  }

 private:
  Status take_header() {
    header_.assign(row_.cells.begin(), row_.cells.end());
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (header_[i].ends_with(energy_suffix)) meters_.push_back({header_[i], i, 0, 0});
    for (const auto name : {start_name, window_name, elapsed_name})
      if (std::ranges::find(header_, name) == header_.end())
        return fail(ErrorKind::malformed, place(lines_.name(), row_.line), "no column {}", name);
    if (meters_.empty())
      return fail(ErrorKind::malformed, place(lines_.name(), row_.line), "no column with an energy");
    return {};
  }

  [[nodiscard]] std::string_view cell(std::string_view name) const {
    return row_.cells[static_cast<std::size_t>(std::ranges::find(header_, name) - header_.begin())];
  }

  Status take_row(bool torn) {
    const auto faulty = [&](std::string reason) {
      return damage_.at(lines_.name(), row_.line, std::move(reason));
    };
    if (torn) return faulty("cut off: the file ends within this line");
    if (row_.cells.size() != header_.size())
      return faulty(fmt::format("{} cells under a header of {}", row_.cells.size(), header_.size()));
    const auto begin = parse_log_time(cell(start_name));
    const auto length = parse_double(cell(elapsed_name));
    if (!begin || begin->kind != LogTime::Kind::moment || !length || !(*length > 0) || *length > 1e9)
      return faulty("a window needs a start and a length");
    if (windows_.size() >= most_windows) return faulty("more windows than any training has");
    Window window;
    window.begin = static_cast<double>(begin->us) / 1e6;
    window.end = window.begin + *length;
    window.name = cell(window_name);
    window.line = row_.line;
    for (const auto& meter : meters_) {
      const auto joules = parse_double(row_.cells[meter.column]);
      const auto most = trace::most_of(component_of(meter.heading)) * Seconds{std::max(*length, 0.1)};
      const bool can_be = joules && *joules > 0 && Joules{*joules} <= most;
      if (joules && !can_be)
        if (auto ok =
                damage_.doubt(lines_.name(), row_.line,
                              fmt::format("{}: {} J in {} s cannot be", meter.heading, *joules, *length));
            !ok)
          return ok;
      window.joules.push_back(can_be ? *joules : std::numeric_limits<double>::quiet_NaN());
    }
    windows_.push_back(std::move(window));
    return {};
  }

  static trace::Component component_of(std::string_view heading) {
    if (heading.starts_with("cpu")) return trace::Component::cpu;
    if (heading.starts_with("dram")) return trace::Component::dram;
    return trace::Component::gpu;
  }

  Status emit() {
    // Rows are in the order of the windows' ends; an outer window sorts before those in it.
    std::ranges::stable_sort(windows_, [](const Window& a, const Window& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    zero_s_ = windows_.front().begin;
    if (auto ok = open(); !ok) return ok;
    double end = -1;
    for (const auto& window : windows_) {
      const trace::Span span{Seconds{window.begin - zero_s_}, Seconds{window.end - zero_s_}};
      if (auto ok = feed_.window({window.name, span}); !ok) return ok;
      if (window.begin >= end - slack_s) {
        if (auto ok = add(window, end); !ok) return ok;
        end = window.end;
      } else if (window.end > end + slack_s) {
        if (auto ok =
                damage_.at(lines_.name(), window.line, "overlaps another window: its energy is not added");
            !ok)
          return ok;
      }
    }
    run_.span = {Seconds{0}, Seconds{end - zero_s_}};
    return {};
  }

  Status open() {
    const auto stem = std::filesystem::path(lines_.name()).stem().string();
    const auto us = std::llround(zero_s_ * 1e6);
    run_.info.id = fmt::format("{}-{}", stem.empty() ? "zeus" : stem, compact_civil(us).text);
    run_.info.name = stem;
    run_.info.source = "zeus";
    run_.info.epoch_bounds_recorded = false;
    run_.started = WallTime{us * 1000};
    if (auto ok = feed_.begin(run_); !ok) return ok;
    for (auto& meter : meters_) {
      trace::Channel channel;
      channel.name = meter.heading;
      channel.sensor = "zeus";
      channel.quantity = trace::Quantity::energy;
      channel.behaviour = trace::Behaviour::counter;
      channel.only_windows = true;
      channel.component = component_of(meter.heading);
      const std::string_view name(meter.heading);
      const auto digits = name.find_first_of("0123456789");
      if (digits != std::string_view::npos) channel.device = name.substr(digits, name.find('_') - digits);
      const auto made = feed_.channel(channel);
      if (!made) return propagate(made.error());
      meter.channel = *made;
      report_.taken.push_back(fmt::format("{} from {}", channel.name, meter.heading));
    }
    return {};
  }

  /// Adds an outermost window; what was used since the one before is not known.
  Status add(const Window& window, double last_end) {
    const double begin = std::max(window.begin, last_end) - zero_s_;
    const double end = window.end - zero_s_;
    if (end <= begin) return {};
    feed_.count_samples(1);
    for (std::size_t i = 0; i < meters_.size(); ++i) {
      auto& meter = meters_[i];
      if (auto ok = feed_.push(meter.channel, begin, meter.joules); !ok) return ok;
      if (last_end >= 0 && window.begin - last_end > slack_s)
        if (auto ok = feed_.lose(meter.channel, last_end - zero_s_, begin); !ok) return ok;
      const double joules = window.joules[i];
      if (!std::isnan(joules)) meter.joules += joules;
      if (auto ok = feed_.push(meter.channel, end, meter.joules); !ok) return ok;
      if (std::isnan(joules))
        if (auto ok = feed_.lose(meter.channel, begin, end); !ok) return ok;
    }
    return {};
  }

  CsvRow row_;
  std::vector<std::string> header_;
  std::vector<Meter> meters_;
  std::vector<Window> windows_;
  double zero_s_ = 0;
};

Status import_zeus(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                   ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer zeus_importer{.kind = "zeus",
                                    .description = "the log_file of Zeus' ZeusMonitor",
                                    .takes = "energy of each GPU in the outermost windows; all windows",
                                    .recognised_by = "`start_time,window_name,elapsed_time,gpu0_energy`",
                                    .documented = "ml.energy/zeus, ZeusMonitor, `log_file`",
                                    .recognises = recognises_zeus,
                                    .import = import_zeus};

}  // namespace joulecast::formats
