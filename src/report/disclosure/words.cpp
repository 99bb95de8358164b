#include "report/disclosure/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/run_words.hpp"

namespace joulecast::report {
namespace {

/// A training's first and last reading are a moment away from its start and end.
constexpr double nearly_all = 0.995;

}  // namespace

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
    if (summary.energy.total && summary.energy.coverage < nearly_all)
      left_out.push_back(fmt::format("{} of the time of run {}, which has no readings",
                                     percent(1 - summary.energy.coverage), summary.run.info.id));
  left_out.emplace_back("cooling and other losses of the building");
  std::string basis(disclosure.energy ? name_of(disclosure.provenance) : "not measured");
  if (disclosure.energy && !(disclosure.low && disclosure.high)) basis += ", its uncertainty is not stated";
  return fmt::format("{}; not counted: {}", basis, join(left_out, ", "));
}

std::string tool_text(const trace::Run& run) {
  const auto& version = run.host.joulecast_version;
  return version.empty() ? "joulecast" : "joulecast " + version;
}

}  // namespace joulecast::report
