// joulecast doctor: why a source of measurements cannot be used, and the command that changes it.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/machine/inspect_sensors.hpp"

namespace joulecast::cli {
namespace {

std::string_view title_of(trace::Component component) {
  switch (component) {
    case trace::Component::gpu:
      return "GPU";
    case trace::Component::cpu:
      return "CPU";
    case trace::Component::dram:
      return "memory";
    case trace::Component::node:
      return "whole machine";
    default:
      return name_of(component);
  }
}

void print_component(const session::ComponentSource& source) {
  if (source.sensor.empty()) {
    fmt::print("  {:<14} missing: nothing here measures it, and it is not counted as 0\n",
               title_of(source.component));
    return;
  }
  const auto uncertainty =
      source.relative_uncertainty > 0 ? fmt::format(" (±{:.0f} %)", 100 * source.relative_uncertainty) : "";
  fmt::print("  {:<14} {} by {}{}\n", title_of(source.component), name_of(source.provenance), source.sensor,
             uncertainty);
  if (source.provenance != Provenance::measured && !source.note.empty())
    fmt::print("  {:<14} {}\n", "", source.note);
}

void print(const session::Diagnosis& diagnosis) {
  fmt::print("A measurement on this machine would have:\n");
  for (const auto& component : diagnosis.components) print_component(component);
  fmt::print("\nSources:\n");
  for (const auto& source : diagnosis.sources) {
    fmt::print("  {:<11} {:<14} {}\n", name_of(source.state), source.type->name, source.type->description);
    if (!source.reason.empty()) fmt::print("  {:<11} {:<14}   {}\n", "", "", source.reason);
    if (!source.fix.empty()) fmt::print("  {:<11} {:<14}   fix: {}\n", "", "", source.fix);
  }
}

int show(const std::string& json) {
  const auto diagnosis = session::diagnose(sensors::real_environment());
  if (!diagnosis) return report_error(diagnosis.error());
  return answer(
      json, [&] { print(*diagnosis); }, [&] { return session::to_json(*diagnosis); });
}

std::function<int()> define(Arguments app) {
  auto json = std::make_shared<std::string>();
  add_json_option(app, *json);
  return [json] { return show(*json); };
}

}  // namespace

extern const Command doctor_command{"doctor", "Why a source cannot be used, and the command that changes it",
                                    "Measure", define};

}  // namespace joulecast::cli
