#include "lab/execute/setup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "lab/campaign/journal.hpp"
#include "lab/plan/cells.hpp"
#include "lab/plan/order.hpp"
#include "lab/plan/template.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

std::string folder_of(const RunPlace& place) {
  const auto number = place.role == Role::reference ? fmt::format("reference-{}", place.repetition)
                                                    : fmt::format("{}", place.repetition);
  return place.attempt == 1 ? number : fmt::format("{}-attempt-{}", number, place.attempt);
}

/// The numbers of GPUs are those of the driver, not those of the fastest first.
void add_gpus(const Environment& environment, std::vector<std::pair<std::string, std::string>>& variables) {
  if (environment.gpus.empty()) return;
  const auto list = fmt::format("{}", fmt::join(environment.gpus, ","));
  variables.emplace_back("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
  variables.emplace_back("CUDA_VISIBLE_DEVICES", list);
  variables.emplace_back("HIP_VISIBLE_DEVICES", list);
}

}  // namespace

fs::path outputs_of(const fs::path& plan) {
  auto folder = plan;
  return folder.replace_extension(".runs");
}

std::map<std::string, std::string> place_tags(const std::string& campaign, const RunPlace& place) {
  std::map<std::string, std::string> tags{{campaign_tag, campaign},
                                          {cell_tag, place.cell},
                                          {repetition_tag, fmt::format("{}", place.repetition)},
                                          {attempt_tag, fmt::format("{}", place.attempt)}};
  if (place.role == Role::reference) tags[role_tag] = "reference";
  return tags;
}

RunSetup set_up(const Plan& plan, const Cell& cell, const RunPlace& place, const fs::path& output) {
  RunSetup setup;
  setup.place = place;
  setup.levels = cell.levels;
  setup.title = title_of(cell, plan.factors);
  setup.folder = plan.folder;
  setup.output = output.empty() ? outputs_of(plan.home) / folder_name_of(cell) / folder_of(place) : output;
  setup.environment = plan.environment_of(cell);
  auto values = cell.levels;
  values["seed"] = fmt::format("{}", seed_of(plan, place.repetition));
  values["repetition"] = fmt::format("{}", place.repetition);
  values["output"] = setup.output.string();
  setup.command = filled(plan.command, values);
  setup.variables.emplace_back(campaign_variable, journal_of(plan.home).string());
  for (const auto& [name, text] : plan.variables) setup.variables.emplace_back(name, filled(text, values));
  if (setup.environment != nullptr) {
    add_gpus(*setup.environment, setup.variables);
    for (const auto& [name, text] : setup.environment->variables)
      setup.variables.emplace_back(name, filled(text, values));
  }
  for (const auto& [name, text] : plan.tags) setup.tags[name] = filled(text, values);
  for (const auto& [factor, level] : cell.levels) setup.tags[factor] = level;
  for (const auto& [name, value] : place_tags(plan.name, place)) setup.tags[name] = value;
  setup.tags[plan_tag] = plan.home.string();
  setup.epochs = parse_double(filled(plan.progress.epochs, values));
  setup.steps = parse_double(filled(plan.progress.steps, values));
  setup.collect = filled(plan.collect, values);
  for (const auto& metric : plan.metrics)
    if (!metric.file.empty()) setup.metric_files[metric.name] = setup.output / filled(metric.file, values);
  return setup;
}

}  // namespace joulecast::lab
