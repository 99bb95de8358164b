// perf stat -a -e power/energy-pkg/,power/energy-ram/ -I 1000 and its -x form: the energy of each interval.
// Without -I it is one figure and the time elapsed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "formats/support/sample_import.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;

constexpr std::string_view event_name = "energy-";
constexpr std::string_view started = "# started on ";
constexpr std::string_view elapsed = "seconds time elapsed";
constexpr std::int64_t second_us = 1'000'000;

std::vector<std::string> fields_of(std::string_view line, char separator) {
  std::vector<std::string> fields;
  for (const auto field : split(line, separator))
    if (separator != ' ' || !trim(field).empty()) fields.emplace_back(trim(field));
  return fields;
}

bool has_energy(std::string_view line) {
  const auto at = line.find(event_name);
  return at != std::string_view::npos &&
         (line.find("Joules") != std::string_view::npos || line.find("<not") != std::string_view::npos);
}

Match recognises_perf_stat(std::string_view head, const ImportOptions&) {
  const auto line = head.substr(0, head.find('\n'));
  if (has_energy(line)) return Match::sure;
  const bool begins = line.starts_with(started) ||
                      line.find("Performance counter stats for") != std::string_view::npos ||
                      (line.starts_with('#') && line.find("counts unit events") != std::string_view::npos);
  return begins && has_energy(head.substr(0, head.find("Joules") == std::string_view::npos
                                                 ? 0
                                                 : std::min(head.size(), head.find("Joules") + 80)))
             ? Match::sure
             : Match::no;
}

/// A line's parts. The number of joules may be grouped ("1,234.56"), or be "<not counted>".
struct Reading {
  std::optional<double> time_s;
  std::string place;  ///< "S0" of --per-socket
  std::optional<double> joules;
  std::string event;
};

std::string event_of(std::string_view field) {
  const auto at = field.find(event_name);
  if (at == std::string_view::npos) return "";
  auto name = field.substr(at + event_name.size());
  return std::string(name.substr(0, name.find('/')));
}

/// "1,234.56", or in other languages "1.234,56" and "19,63": commas are between thousands if a point follows,
/// or if three digits follow each.
std::optional<double> ungrouped(std::string text) {
  const auto comma = text.rfind(',');
  if (comma == std::string::npos) return parse_double(text);
  const auto point = text.rfind('.');
  const bool grouped = point != std::string::npos ? point > comma : text.size() - comma == 4;
  std::erase(text, grouped ? ',' : '.');
  std::ranges::replace(text, ',', '.');
  return parse_double(text);
}

/// {"interval": 1.0001, "socket": "S0", "counter-value": "19.63", "unit": "Joules", "event": …} of perf stat
/// -j.
std::optional<Reading> reading_of_json(std::string_view line) {
  using nlohmann::json;
  const auto object = json_is_deeper(line) ? json() : json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains("event") || !object["event"].is_string()) return std::nullopt;
  Reading reading;
  reading.event = event_of(object["event"].get<std::string>());
  if (reading.event.empty()) return std::nullopt;
  const auto number = [&](const char* key) -> std::optional<double> {
    const auto found = object.find(key);
    if (found == object.end()) return std::nullopt;
    if (found->is_number()) return found->get<double>();
    return found->is_string() ? parse_double(found->get<std::string>()) : std::nullopt;
  };
  reading.time_s = number("interval");
  if (object.value("unit", json("")) == "Joules") reading.joules = number("counter-value");
  for (const auto* key : {"socket", "die"})
    if (const auto found = object.find(key); found != object.end() && found->is_string())
      reading.place = found->get<std::string>();
  return reading;
}

std::optional<Reading> reading_of(std::string_view line) {
  if (line.starts_with('{')) return reading_of_json(line);
  Reading reading;
  const bool separated = line.find(",Joules,") != std::string_view::npos ||
                         line.find(";Joules;") != std::string_view::npos ||
                         line.find("<not counted>,") != std::string_view::npos ||
                         line.find("<not supported>,") != std::string_view::npos;
  const char separator = !separated ? ' ' : line.find(";Joules;") != std::string_view::npos ? ';' : ',';
  const auto fields = fields_of(line, separator);
  std::vector<double> numbers;
  for (const auto& field : fields) {
    if (reading.event.empty()) reading.event = event_of(field);
    if (!reading.event.empty() || field == "Joules") continue;
    if (field.size() >= 2 && field[0] == 'S' && parse_uint(field.substr(1, field.find('-') - 1)))
      reading.place = field;  // "S0", or "S0-D1" of --per-die
    else if (const auto number = ungrouped(field))
      numbers.push_back(*number);
  }
  if (reading.event.empty()) return std::nullopt;
  const bool counted =
      line.find("Joules") != std::string_view::npos && line.find("<not") == std::string_view::npos;
  // time, [place, cpus,] joules
  if (counted && !numbers.empty()) {
    reading.joules = numbers.back();
    numbers.pop_back();
  }
  if (!reading.place.empty() && !numbers.empty()) numbers.pop_back();
  if (!numbers.empty()) reading.time_s = numbers.front();
  return reading;
}

class Import : public SampleImport {
 public:
  Import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : SampleImport("perf-stat", lines, options, sink, report) {}

  Status run() {
    auto taken = each_line([this](std::string_view line, std::size_t number, bool torn) {
      return torn && has_energy(line) ? fault(number, "cut off: the file ends within this line")
                                      : take(line, number);
    });
    if (!taken) return taken;
    if (auto ok = take_totals(); !ok) return ok;
    if (!believed_any_ && damage_.doubts() != 0)
      return fail(
          ErrorKind::malformed, lines_.name(), "no energy in it that a CPU can have used; the first: {}",
          damage_.first().front().substr(std::min(damage_.first().front().size(), lines_.name().size() + 1)));
    return finish();
  }

 private:
  struct Total {
    Reading reading;
    std::size_t line = 0;
  };

  Status take(std::string_view line, std::size_t number) {
    if (line.starts_with(started)) {
      if (const auto time = parse_log_time(line.substr(started.size()))) start_ = *time;
      return {};
    }
    if (line.find(elapsed) != std::string_view::npos) {
      elapsed_s_ = ungrouped(fields_of(line, ' ').front());
      return {};
    }
    if (line.find(event_name) == std::string_view::npos || line.starts_with('#')) return {};
    const auto reading = reading_of(line);
    if (!reading) return fault(number, "not a line of perf stat");
    if (reading->event == "psys" || reading->event.empty()) return leave(*reading);
    if (reading->time_s) return take_interval(*reading, *reading->time_s, number);
    totals_.push_back({*reading, number});
    return {};
  }

  /// psys holds the whole platform, and on some servers has another unit.
  Status leave(const Reading& reading) {
    const auto told = fmt::format("energy-{}: overlaps the others", reading.event);
    if (std::ranges::find(report_.left, told) == report_.left.end()) report_.left.push_back(told);
    return {};
  }

  [[nodiscard]] LogTime at(double seconds) const {
    LogTime time{LogTime::Kind::elapsed, static_cast<std::int64_t>(seconds * second_us), false};
    if (start_) time = {LogTime::Kind::moment, start_->us + time.us, start_->zoned};
    return time;
  }

  Status take_interval(const Reading& reading, double time_s, std::size_t number) {
    if (!(time_s > 0) || time_s > 1e9) return fault(number, "not a time since the start");
    const auto key = reading.place + reading.event;
    auto [sum, is_new] = sums_.emplace(key, Sum{});
    auto& [joules, last_s] = sum->second;
    if (is_new)
      if (auto ok = take_named(at(0), key, {named(reading, 0)}, number); !ok) return ok;
    if (!is_new && time_s <= last_s) return fault(number, "its time is not behind that of the line before");
    const auto channels = channels_of(key);
    const double seconds = time_s - last_s;
    const double most = trace::most_of(component_of(reading.event)).value() * std::max(seconds, 0.1);
    // A package that is on uses something; its parts may be off.
    const bool whole = reading.event == "pkg" || reading.event == "ram";
    const bool can_be = reading.joules && (*reading.joules > 0 || (!whole && *reading.joules == 0)) &&
                        *reading.joules <= most;
    if (reading.joules && !can_be)
      if (auto ok = damage_.doubt(
              lines_.name(), number,
              fmt::format("energy-{}: {} J in {:.3f} s cannot be", reading.event, *reading.joules, seconds));
          !ok)
        return ok;
    if (can_be) joules += *reading.joules;
    believed_any_ = believed_any_ || can_be;
    if (auto ok = take_named(at(time_s), key, {named(reading, joules)}, number); !ok) return ok;
    if (!can_be && !channels.empty()) {
      const auto moment = at(time_s);
      const auto zero = at(0);
      const double end = static_cast<double>(moment.us - zero.us) / second_us;
      if (auto ok = feed_.lose(channels.front(), last_s, end); !ok) return ok;
    }
    last_s = time_s;
    return {};
  }

  /// Figures for the whole command: from its start to the time elapsed.
  Status take_totals() {
    for (const auto& total : totals_) {
      auto seconds = elapsed_s_;
      if (!seconds && options_.period) seconds = options_.period->value();
      if (!seconds)
        return fail(ErrorKind::malformed, place(lines_.name(), total.line),
                    "an energy without the time it took: --period 60s says how long the command ran");
      if (!total.reading.joules) continue;
      if (auto ok = take_interval(total.reading, *seconds, total.line); !ok) return ok;
    }
    return {};
  }

  static Component component_of(std::string_view event) {
    return event == "ram" ? Component::dram : Component::cpu;
  }

  static NamedValue named(const Reading& reading, double joules) {
    NamedValue value{{}, joules};
    value.measure.from = "energy-" + reading.event;
    auto& channel = value.measure.channel;
    const auto socket = reading.place.empty() ? "" : reading.place.substr(1);
    const auto part = reading.event == "pkg" || reading.event == "ram" ? "" : "_" + reading.event;
    channel.component = component_of(reading.event);
    channel.name = fmt::format("{}{}{}_energy", trace::name_of(channel.component), socket, part);
    channel.quantity = trace::Quantity::energy;
    channel.behaviour = trace::Behaviour::counter;
    channel.device = socket + (part.empty() ? "" : reading.event);
    if (!part.empty()) channel.contained_in = fmt::format("cpu{}_energy", socket);
    return value;
  }

  struct Sum {
    double joules = 0;
    double last_s = 0;
  };
  std::optional<LogTime> start_;
  std::optional<double> elapsed_s_;
  bool believed_any_ = false;  ///< of the intervals' energies
  std::vector<Total> totals_;
  std::map<std::string, Sum> sums_;
};

Status import_perf_stat(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                        ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer perf_stat_importer{
    .kind = "perf-stat",
    .description =
        "perf stat -a -e power/energy-pkg/ -I 1000, also with -x or -j, or without -I; needs `--start` "
        "unless "
        "-o wrote the date",
    .takes = "energy of CPU packages and memory; cores and graphics are parts of the package",
    .recognised_by = "`Joules power/energy-pkg/`",
    .documented = "perf-stat(1)",
    .recognises = recognises_perf_stat,
    .import = import_perf_stat};

}  // namespace joulecast::formats
