#include <fmt/format.h>

#include "report/machine/diagnosis_report.hpp"

namespace joulecast::report {
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

std::string component_text(const session::ComponentSource& source) {
  const auto title = title_of(source.component);
  if (!source.device.empty())
    return fmt::format("  {:<14} {}: missing, and it is not counted as 0: {}\n", title, source.device,
                       source.note);
  if (source.sensor.empty())
    return fmt::format("  {:<14} missing: nothing here measures it, and it is not counted as 0\n", title);
  const auto uncertainty =
      source.relative_uncertainty > 0 ? fmt::format(" (±{:.0f} %)", 100 * source.relative_uncertainty) : "";
  auto text =
      fmt::format("  {:<14} {} by {}{}\n", title, name_of(source.provenance), source.sensor, uncertainty);
  if (source.provenance != Provenance::measured && !source.note.empty())
    text += fmt::format("  {:<14} {}\n", "", source.note);
  return text;
}

std::string source_text(const session::SourceFinding& source) {
  auto text =
      fmt::format("  {:<11} {:<14} {}\n", name_of(source.state), source.type->name, source.type->description);
  if (!source.reason.empty()) text += fmt::format("  {:<11} {:<14}   {}\n", "", "", source.reason);
  if (!source.fix.empty()) text += fmt::format("  {:<11} {:<14}   fix: {}\n", "", "", source.fix);
  return text;
}

std::string store_text(const session::StoreFinding& store) {
  auto text = fmt::format("\nStore:\n  {}: ", store.location);
  text += store.error ? store.error->message : fmt::format("ready; runs in it: {}", store.runs);
  if (store.waiting > 0)
    text += fmt::format("; runs of yours on this machine that wait for it: {}", store.waiting);
  text += '\n';
  if (store.waiting_others > 0)
    text +=
        fmt::format("  runs of yours on this machine that wait for other stores: {}\n", store.waiting_others);
  return text;
}

}  // namespace

std::string to_text(const session::Diagnosis& diagnosis) {
  std::string text = "A measurement on this machine would have:\n";
  for (const auto& component : diagnosis.components) text += component_text(component);
  text += "\nSources:\n";
  for (const auto& source : diagnosis.sources) text += source_text(source);
  if (diagnosis.store) text += store_text(*diagnosis.store);
  return text;
}

}  // namespace joulecast::report
