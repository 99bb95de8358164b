#include "report/disclosure/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {

std::vector<CountedName> gpus_of(const trace::Run& run) {
  std::vector<CountedName> gpus;
  for (const auto& name : run.host.gpus) {
    const auto known = std::ranges::find(gpus, name, &CountedName::name);
    if (known == gpus.end())
      gpus.push_back({name, 1});
    else
      ++known->count;
  }
  const auto& training = run.info.training;
  if (gpus.empty() && !training.gpu.empty()) gpus.push_back({training.gpu, training.gpu_count.value_or(1)});
  return gpus;
}

std::string hardware_text(const session::Disclosure& disclosure) {
  std::vector<std::string> machines;
  for (const auto& summary : disclosure.runs) {
    std::vector<std::string> parts;
    for (const auto& gpu : gpus_of(summary.run))
      parts.push_back(gpu.count > 1 ? fmt::format("{} x {}", gpu.count, gpu.name) : gpu.name);
    if (!summary.run.host.cpu_model.empty()) parts.push_back(summary.run.host.cpu_model);
    auto machine = join(parts, ", ");
    if (!machine.empty() && std::ranges::find(machines, machine) == machines.end())
      machines.push_back(std::move(machine));
  }
  return join(machines, "; ");
}

std::string energy_text(const session::Disclosure& disclosure) {
  if (!disclosure.energy) return "unknown";
  auto text = to_text(to_kilowatt_hours(*disclosure.energy));
  if (disclosure.low && disclosure.high)
    text += fmt::format(", 90 % interval {} to {}", to_text(to_kilowatt_hours(*disclosure.low)),
                        to_text(to_kilowatt_hours(*disclosure.high)));
  return text;
}

std::string basis_text(const session::Disclosure& disclosure) {
  auto left_out = disclosure.missing;
  for (const auto& summary : disclosure.runs)
    if (summary.energy.total && summary.energy.not_measured)
      left_out.push_back(fmt::format("{} of run {} without readings", to_text(*summary.energy.not_measured),
                                     summary.run.info.id));
  left_out.emplace_back("cooling and other losses of the building");
  std::string basis(disclosure.energy ? name_of(disclosure.provenance) : "not measured");
  if (disclosure.energy && !(disclosure.low && disclosure.high)) basis += ", its uncertainty is not stated";
  constexpr double nearly_all = 0.995;  // the first and the last reading are a moment inside of the run
  for (const auto& summary : disclosure.runs)
    if (summary.energy.total && summary.energy.coverage < nearly_all)
      basis += fmt::format(", readings cover {} of the time of run {}", percent(summary.energy.coverage),
                           summary.run.info.id);
  return fmt::format("{}; not counted: {}", basis, join(left_out, ", "));
}

std::string tool_text(const trace::Run& run) {
  const auto& version = run.host.joulecast_version;
  return version.empty() ? "joulecast" : "joulecast " + version;
}

}  // namespace joulecast::report
