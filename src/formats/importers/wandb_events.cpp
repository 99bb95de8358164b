// System metrics of Weights & Biases as JSON lines: wandb-events.jsonl, and what its API exports. A line has
// the metrics of one moment, or of a part of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "formats/support/sample_import.hpp"

namespace joulecast::formats {
namespace {

using nlohmann::json;
using trace::Component;
using trace::Quantity;

constexpr std::size_t longest_line = std::size_t{1} << 18;

std::string_view first_json(std::string_view head) {
  const auto line = trim(head.substr(0, head.find('\n')));
  return line.starts_with('{') ? line : std::string_view{};
}

Match recognises_wandb_events(std::string_view head, const ImportOptions&) {
  const auto line = first_json(head);
  const auto has = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
  const bool system = has("\"system.") || has("\"gpu.") || has("\"cpu") || has("\"system/");
  return system && (has("\"_timestamp\"") || has("\"_runtime\"")) ? Match::sure : Match::no;
}

struct Known {
  std::string_view name;  ///< behind "gpu.N."
  std::string_view suffix;
  Quantity quantity;
  double divisor;
};
constexpr Known of_gpu[] = {
    {"powerWatts", "power", Quantity::power, 1},
    {"gpu", "utilisation", Quantity::utilisation, 100},
    {"memory", "memory_utilisation", Quantity::memory_utilisation, 100},
    {"memoryAllocatedBytes", "memory", Quantity::memory_used, 1},
    {"temp", "temperature", Quantity::temperature, 1},
    {"smClock", "clock", Quantity::frequency, 1e-6},
};

class Import : public SampleImport {
 public:
  Import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : SampleImport("wandb-events", lines, options, sink, report) {}

  Status run() {
    auto taken =
        each_line([this](std::string_view line, std::size_t number, bool) { return take(line, number); });
    return taken ? finish() : taken;
  }

 private:
  Status take(std::string_view line, std::size_t number) {
    if (line.size() > longest_line) return fault(number, "longer than any event");
    if (json_is_deeper(line)) return fault(number, "nests deeper than any event");
    const auto event = json::parse(line, nullptr, false);
    if (!event.is_object()) return fault(number, "not a whole JSON object");
    const auto time = time_of(event);
    if (!time) return fault(number, "neither _timestamp nor _runtime is a time");
    std::map<std::string, std::vector<NamedValue>> devices;
    for (const auto& [key, value] : event.items())
      if (value.is_number() || value.is_null()) add(key, value, devices);
    for (const auto& [device, values] : devices)
      if (auto ok = take_named(*time, device, values, number); !ok) return ok;
    return {};
  }

  /// _timestamp is in seconds since 1970, _runtime since the run began.
  static std::optional<LogTime> time_of(const json& event) {
    const auto seconds = [&](const char* key) {
      const auto found = event.find(key);
      return found != event.end() && found->is_number() ? found->get<double>() : -1;
    };
    constexpr double latest_s = 7e9;
    if (const double at = seconds("_timestamp"); at > 0 && at < latest_s)
      return LogTime{LogTime::Kind::moment, std::llround(at * 1e6), true};
    if (const double at = seconds("_runtime"); at >= 0 && at < latest_s)
      return LogTime{LogTime::Kind::elapsed, std::llround(at * 1e6), false};
    return std::nullopt;
  }

  static void add(std::string_view key, const json& value,
                  std::map<std::string, std::vector<NamedValue>>& devices) {
    const std::string whole(key);
    if (key.starts_with("system.") || key.starts_with("system/")) key.remove_prefix(7);
    const double number = value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
    // "gpu.process.0.powerWatts" is the same board again, for the process that uses it.
    if (key.starts_with("gpu.")) {
      const auto dot = key.find('.', 4);
      if (dot == std::string_view::npos) return;
      const auto index = key.substr(4, dot - 4);
      if (!parse_uint(index)) return;
      for (const auto& known : of_gpu)
        if (key.substr(dot + 1) == known.name)
          put(devices, fmt::format("gpu{}", index), known, Component::gpu, std::string(index), whole, number);
      return;
    }
    static constexpr Known power{"powerWatts", "power", Quantity::power, 1};
    static constexpr Known busy{"cpu", "utilisation", Quantity::utilisation, 100};
    if (key == "cpu.powerWatts") put(devices, "cpu", power, Component::cpu, "", whole, number);
    if (key == "cpu") put(devices, "cpu", busy, Component::cpu, "", whole, number);
    if (key == "powerWatts") put(devices, "node", power, Component::node, "", whole, number);
  }

  static void put(std::map<std::string, std::vector<NamedValue>>& devices, const std::string& prefix,
                  const Known& known, Component component, std::string device, const std::string& from,
                  double number) {
    auto& named = devices[prefix].emplace_back();
    named.value = known.divisor < 1 ? number * std::round(1 / known.divisor) : number / known.divisor;
    named.measure.from = from;
    auto& channel = named.measure.channel;
    channel.name = fmt::format("{}_{}", prefix, known.suffix);
    channel.quantity = known.quantity;
    channel.component = component;
    channel.device = std::move(device);
  }
};

Status import_wandb_events(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                           ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer wandb_events_importer{
    .kind = "wandb-events",
    .description =
        "system metrics of Weights & Biases: wandb-events.jsonl, or run.history(stream=\"system\") as "
        "JSON lines",
    .takes =
        "power, utilisation, memory, temperature and clock of each GPU, power and utilisation of the CPU; "
        "not "
        "the per-process copies",
    .recognised_by = "JSON lines with `_timestamp` and `system.…`",
    .documented = "docs.wandb.ai, \"System metrics reference\"",
    .recognises = recognises_wandb_events,
    .import = import_wandb_events};

}  // namespace joulecast::formats
