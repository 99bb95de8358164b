// nvidia-smi -q -d POWER -l 1, and -q alone: a page for each time, indented sections, "Power Draw : 200.00
// W".
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/sample_import.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;

constexpr std::string_view title = "NVSMI LOG";

Match recognises_nvidia_smi_q(std::string_view head, const ImportOptions&) {
  // Other words may come first; a page begins with its title in a line of "=".
  const auto line = head.substr(0, head.find('\n'));
  const bool page = line.find(title) != std::string_view::npos && line.find("===") != std::string_view::npos;
  return page ? Match::sure : Match::no;
}

/// "    Power Draw   : 200.00 W" as its depth, name and value; the value is empty for the title of a section.
struct Entry {
  std::size_t depth = 0;
  std::string_view name;
  std::string_view value;
};

Entry entry_of(std::string_view line) {
  const auto depth = line.find_first_not_of(" \t");
  const auto colon = line.find(" : ");
  if (colon == std::string_view::npos) return {depth, trim(line), ""};
  return {depth, trim(line.substr(0, colon)), trim(line.substr(colon + 3))};
}

class Import : public SampleImport {
 public:
  Import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report)
      : SampleImport("nvidia-smi-q", lines, options, sink, report) {}

  Status run() {
    auto taken = each_whole_line([this](std::string_view line, std::size_t number, bool) {
      return trim(line).empty() ? Status{} : take(line, number);
    });
    if (!taken) return taken;
    if (auto ok = end_gpu(); !ok) return ok;
    return finish();
  }

 private:
  Status take(std::string_view line, std::size_t number) {
    const auto entry = entry_of(line);
    line_ = number;
    if (entry.name == "Timestamp") {
      if (auto ok = end_gpu(); !ok) return ok;
      const auto time = parse_log_time(entry.value);
      if (!time) return fault(number, fmt::format("\"{}\" is not a time", entry.value.substr(0, 40)));
      time_ = *time;
    } else if (entry.depth == 0 && entry.name.starts_with("GPU ") && entry.value.empty()) {
      if (auto ok = end_gpu(); !ok) return ok;
      gpu_ = trim(entry.name.substr(4));
    } else if (entry.value.empty()) {
      section_ = entry.name;
      section_depth_ = entry.depth;
    } else if (!gpu_.empty()) {
      if (entry.depth <= section_depth_) section_.clear();
      take_value(entry);
    }
    return {};
  }

  /// Readings of the module and of the memory are about more or less than the GPU; the samples are about the
  /// past.
  void take_value(const Entry& entry) {
    const bool power = section_ == "Power Readings" || section_ == "GPU Power Readings";
    if (power && (entry.name == "Power Draw" || entry.name == "Average Power Draw"))
      values_["power"] = entry.value;
    else if (power && entry.name == "Instantaneous Power Draw")
      values_["instant"] = entry.value;
    else if (power && (entry.name == "Current Power Limit" || entry.name == "Power Limit" ||
                       entry.name == "Enforced Power Limit"))
      values_["limit"] = entry.value;
    else if (section_ == "Utilization" && (entry.name == "Gpu" || entry.name == "GPU"))
      values_["utilisation"] = entry.value;
    else if (section_ == "Utilization" && entry.name == "Memory")
      values_["memory_utilisation"] = entry.value;
    else if (section_ == "FB Memory Usage" && entry.name == "Used")
      values_["memory"] = entry.value;
    else if (entry.name == "GPU Current Temp")
      values_["temperature"] = entry.value;
    else if (entry.name == "Product Name")
      name_ = entry.value;
  }

  /// The number of a value in base units; NaN for "N/A" and for what was not in the page.
  [[nodiscard]] double number(const std::string& key, Quantity quantity) const {
    const auto found = values_.find(key);
    const auto cell = found == values_.end() ? std::nullopt : parse_cell(found->second);
    const auto factor = cell ? log_unit_factor(quantity, cell->unit) : std::nullopt;
    if (!factor) return std::numeric_limits<double>::quiet_NaN();
    return quantity == Quantity::power ? cell->number * *factor
           : *factor < 1               ? cell->number / std::round(1 / *factor)
                                       : cell->number * *factor;
  }

  Status end_gpu() {
    if (gpu_.empty()) return {};
    std::vector<NamedValue> row;
    auto power = number("power", Quantity::power);
    if (std::isnan(power)) power = number("instant", Quantity::power);
    const auto number_of_gpu = gpus_.emplace(gpu_, gpus_.size()).first->second;
    const auto limit = number("limit", Quantity::power);
    const auto add = [&](std::string_view suffix, Quantity quantity, double value, const char* from) {
      auto& named = row.emplace_back();
      named.measure.from = from;
      named.measure.channel.name = fmt::format("gpu{}_{}", number_of_gpu, suffix);
      named.measure.channel.quantity = quantity;
      named.measure.channel.component = trace::Component::gpu;
      named.measure.channel.device = gpu_;
      if (quantity == Quantity::power && limit > 0 && limit <= trace::most_of(trace::Component::gpu).value())
        named.measure.channel.plausible_maximum = trace::most_of(trace::Component::gpu, Watts{limit});
      named.value = value;
    };
    add("power", Quantity::power, power, "Power Draw");
    const auto add_if_there = [&](const char* key, Quantity quantity, const char* from) {
      if (values_.contains(key)) add(key, quantity, number(key, quantity), from);
    };
    add_if_there("utilisation", Quantity::utilisation, "Utilization: Gpu");
    add_if_there("memory_utilisation", Quantity::memory_utilisation, "Utilization: Memory");
    add_if_there("memory", Quantity::memory_used, "FB Memory Usage: Used");
    add_if_there("temperature", Quantity::temperature, "GPU Current Temp");
    auto ok = take_named(time_, gpu_, row, line_);
    gpu_.clear();
    section_.clear();
    values_.clear();
    return ok;
  }

  void describe(trace::Run& run) override { run.info.training.gpu = name_; }

  LogTime time_;
  std::string gpu_;
  std::string name_;
  std::string section_;
  std::size_t section_depth_ = 0;
  std::map<std::string, std::string> values_;
  std::map<std::string, std::size_t> gpus_;
  std::size_t line_ = 0;
};

Status import_nvidia_smi_q(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                           ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer nvidia_smi_q_importer{
    .kind = "nvidia-smi-q",
    .description = "nvidia-smi -q -d POWER -l 1, with or without other sections",
    .takes =
        "power, utilisation, memory and temperature of each GPU; neither the module's power nor the memory's",
    .recognised_by = "`NVSMI LOG`",
    .documented = "nvidia-smi(1), \"-q, --query\"",
    .recognises = recognises_nvidia_smi_q,
    .import = import_nvidia_smi_q};

}  // namespace joulecast::formats
