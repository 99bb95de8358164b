// tegrastats of NVIDIA Jetson: one line a second, "RAM 1000/7850MB … GR3D_FREQ 99% … VDD_IN 9000mW/8500mW".
// Older versions write neither times nor the unit.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/sample_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;

bool is_line(std::string_view line) {
  return line.find("RAM ") != std::string_view::npos && line.find("MB (lfb") != std::string_view::npos &&
         line.find("CPU [") != std::string_view::npos;
}

Match recognises_tegrastats(std::string_view head, const ImportOptions&) {
  return is_line(head.substr(0, head.find('\n'))) ? Match::sure : Match::no;
}

/// Rails of the boards: VDD_IN, POM_5V_IN and Thor's VIN feed all others; one that feeds several parts
/// belongs to none of them.
bool is_input(std::string_view rail) {
  return rail == "VDD_IN" || rail == "POM_5V_IN" || rail == "VIN";
}

Component component_of(std::string_view rail) {
  const auto has = [&](std::string_view part) { return rail.find(part) != std::string_view::npos; };
  if (is_input(rail)) return Component::node;
  if (has("GPU") && has("CPU")) return Component::other;
  if (has("GPU")) return Component::gpu;
  if (has("CPU")) return Component::cpu;
  if (has("DDR") || has("VDDQ")) return Component::dram;
  return Component::other;
}

struct Rail {
  std::string_view name;
  double watts = 0;
};

bool is_rail_name(std::string_view word) {
  const bool prefixed = word.starts_with("VDD") || word.starts_with("POM_") || word.starts_with("VIN") ||
                        word.starts_with("VDDQ") || word == "GPU" || word == "CPU" || word == "SOC" ||
                        word == "CV" || word == "VDDRQ" || word == "SYS5V" || word == "NC";
  return prefixed;
}

/// "9000mW/8500mW", "9.0W/8.5W" or, from older versions, "9000/8500" in mW: the first number is now, the
/// second a mean.
std::optional<double> watts_of(std::string_view word) {
  const char* const end = word.data() + word.size();
  double number = 0;
  const char* rest = read_number(word.data(), end, number);
  if (rest == nullptr) return std::nullopt;
  std::string_view behind(rest, static_cast<std::size_t>(end - rest));
  const bool watts = behind.starts_with('W');
  if (watts) behind.remove_prefix(1);
  if (behind.starts_with("mW")) behind.remove_prefix(2);
  return behind.starts_with('/') ? std::optional{watts ? number : number / 1000} : std::nullopt;
}

class Import : public SampleImport {
 public:
  Import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : SampleImport("tegrastats", lines, options, sink, report) {}

  Status run() {
    auto taken = each_line([this](std::string_view line, std::size_t number, bool torn) {
      return torn ? fault(number, "cut off: the file ends within this line") : take(line, number);
    });
    return taken ? finish() : taken;
  }

 private:
  Status take(std::string_view line, std::size_t number) {
    if (!is_line(line)) return fault(number, "not a line of tegrastats");
    const auto words = split(line, ' ');
    std::vector<Rail> rails;
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
      if (is_rail_name(words[i]))
        if (const auto watts = watts_of(words[i + 1])) rails.push_back({words[i], *watts});
    if (rails.empty()) return fault(number, "no power rail in it; tegrastats shows them to root only");
    std::vector<NamedValue> row;
    for (const auto& rail : rails) add_rail(rail, rails, row);
    add_load(words, row);
    const auto ram = line.find("RAM ");
    LogTime time;
    if (const auto before = trim(line.substr(0, ram)); !before.empty())
      if (const auto written = parse_log_time(before)) time = *written;
    return take_named(time, "", row, number);
  }

  static void add_rail(const Rail& rail, const std::vector<Rail>& rails, std::vector<NamedValue>& row) {
    auto& named = row.emplace_back();
    named.value = rail.watts;
    named.measure.from = rail.name;
    named.measure.zero = ZeroWatts::real;  // a part that is off
    auto& channel = named.measure.channel;
    channel.name = to_lower(rail.name) + "_power";
    channel.component = component_of(rail.name);
    channel.device = channel.component == Component::node ? "" : std::string(rail.name);
    channel.plausible_maximum = Watts{200};  // no board's supply gives more
    for (const auto& other : rails) {
      // Orin's memory supply is made from the 5 V of the system (Jetson Linux Developer Guide).
      const bool feeds =
          is_input(other.name) || (other.name == "VIN_SYS_5V0" && rail.name == "VDDQ_VDD2_1V8AO");
      if (feeds && other.name != rail.name && channel.contained_in.empty())
        channel.contained_in = to_lower(other.name) + "_power";
    }
  }

  static void add_load(const std::vector<std::string_view>& words, std::vector<NamedValue>& row) {
    const auto found = std::ranges::find(words, "GR3D_FREQ");
    if (found == words.end() || found + 1 == words.end()) return;
    const auto& word = *(found + 1);
    double percent = 0;
    const char* const end = word.data() + word.size();
    const char* const rest = read_number(word.data(), end, percent);
    if (rest == nullptr || rest == end || *rest != '%') return;
    auto& named = row.emplace_back();
    named.value = percent / 100;
    named.measure.from = "GR3D_FREQ";
    named.measure.channel.name = "gpu0_utilisation";
    named.measure.channel.quantity = Quantity::utilisation;
    named.measure.channel.component = Component::gpu;
    named.measure.channel.device = "0";
  }
};

Status import_tegrastats(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                         ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer tegrastats_importer{
    .kind = "tegrastats",
    .description = "tegrastats of NVIDIA Jetson; without times needs `--start` and `--period`",
    .takes = "power of each rail, GPU utilisation; rails inside the board's input are not added",
    .recognised_by = "`RAM …MB (lfb …) … CPU […]`",
    .documented = "docs.nvidia.com/jetson, Developer Guide, \"tegrastats Utility\"",
    .recognises = recognises_tegrastats,
    .import = import_tegrastats};

}  // namespace joulecast::formats
