#include "session/forecast/calibrate_machine.hpp"

#include <algorithm>
#include <map>

#include "base/files.hpp"
#include "base/text.hpp"
#include "run/run_command.hpp"

namespace joulecast::session {
namespace {

/// A folder of our own that goes away.
class Scratch {
 public:
  Scratch() {
    std::error_code ignored;
    const auto parent = std::filesystem::temp_directory_path(ignored);
    path_ = make_temporary_directory(parent, "joulecast-calibrate").value_or(std::filesystem::path());
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string filled(std::string word, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values)
    for (auto at = word.find(name); at != std::string::npos; at = word.find(name, at + value.size()))
      word.replace(at, name.size(), value);
  return word;
}

/// Mean power of the component over the measurement, and where it came from.
void take_power(const run::MeasureResult& measured, const std::string& component, MicroResult& result) {
  double joules = 0;
  auto provenance = Provenance::measured;
  for (const auto& part : measured.energy.components) {
    if (name_of(part.component) != component || !part.energy || !part.in_total) continue;
    joules += part.energy->value();
    provenance = worst(provenance, part.provenance);
  }
  if (joules <= 0 || measured.duration.value() <= 0) return;
  result.power = Joules{joules} / measured.duration;
  result.provenance = provenance;
}

Result<MicroResult> measure_one(const MicroRequest& request, const sensors::Environment& environment,
                                const std::string& kind, const std::filesystem::path& scratch) {
  const auto output = scratch / (kind + ".txt");
  run::MeasureOptions options;
  for (const auto& word : request.command)
    options.command.push_back(filled(word, {{"{workload}", kind},
                                            {"{seconds}", fmt::format("{:g}", request.each.value())},
                                            {"{output}", output.string()}}));
  options.interval = Seconds{0.2};
  options.store = scratch / "store.db";
  options.quiet = true;
  auto measured = run::measure(options, environment);
  if (!measured) return propagate(measured.error());
  if (measured->exit_status != 0)
    return fail(ErrorKind::invalid, kind, "the command failed with exit status {}", measured->exit_status);
  MicroResult result{kind, 0, measured->duration, {}, Provenance::missing};
  if (!unit_of_micro(kind).empty()) {
    const auto text = read_file(output);
    const auto words = split(text ? trim(*text) : std::string_view{}, ' ');
    const auto amount = parse_double(words[0]);
    if (!amount || *amount <= 0)
      return fail(ErrorKind::invalid, kind, "the command wrote no positive number into {}",
                  output.filename().string());
    result.amount = *amount;
    if (const auto seconds = words.size() > 1 ? parse_double(words[1]) : std::nullopt;
        seconds && *seconds > 0)
      result.duration = Seconds{*seconds};
  }
  take_power(*measured, request.component, result);
  return result;
}

}  // namespace

Result<std::vector<MicroResult>> measure_micro(const MicroRequest& request,
                                               const sensors::Environment& environment) {
  if (request.command.empty())
    return fail(ErrorKind::invalid, "calibrate", "no command for the micro-workloads");
  const Scratch scratch;
  if (scratch.path().empty()) return fail(ErrorKind::unavailable, "calibrate", "no temporary folder");
  std::vector<MicroResult> results;
  for (const auto& kind : micro_kinds()) {
    auto result = measure_one(request, environment, kind, scratch.path());
    if (!result) return propagate(result.error());
    results.push_back(std::move(*result));
  }
  return results;
}

Result<hardware::Gpu> device_from(const std::vector<MicroResult>& results, const std::string& name,
                                  std::optional<Watts> limit, double memory_gb) {
  double flops = 0, bytes = 0, power = 0;
  for (const auto& result : results) {
    const double rate = result.amount / result.duration.value();
    if (unit_of_micro(result.kind) == "FLOP") flops = std::max(flops, rate);
    if (unit_of_micro(result.kind) == "byte") bytes = std::max(bytes, rate);
    power = std::max(power, result.power.value());
  }
  if (flops <= 0 || bytes <= 0) return fail(ErrorKind::invalid, "calibrate", "no rate was measured");
  if (!limit && power <= 0)
    return fail(ErrorKind::unavailable, "calibrate", "neither a power nor a TDP is known");
  hardware::Gpu device;
  device.name = name;
  device.power_limit = limit.value_or(Watts{power});
  device.memory_gb = memory_gb;
  device.bandwidth_gb_s = bytes * 1e-9;
  device.fp32_tflops = flops * 1e-12;
  device.source = "measured by joulecast calibrate";
  return device;
}

}  // namespace joulecast::session
