#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/disclosure/disclosure_report.hpp"
#include "report/disclosure/words.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {
namespace {

std::string run_text(const session::RunSummary& summary) {
  const auto& run = summary.run;
  auto text = fmt::format("- {}{}, {}, {}, {}: ", printable(run.info.id),
                          run.info.name.empty() ? "" : " (" + printable(run.info.name) + ")",
                          run.started ? to_iso8601(*run.started) : "start unknown",
                          to_text(run.span.length()), name_of(run.status));
  if (!summary.energy.total) return text + "energy unknown\n";
  text += to_text(to_kilowatt_hours(*summary.energy.total));
  if (const auto error = summary.energy.relative_uncertainty; error > 0)
    text += fmt::format(" ± {} (90 %)", percent(error));
  text += fmt::format(", {}", name_of(summary.energy.provenance));
  std::vector<std::string> parts;
  for (const auto& row : summary.energy.components) {
    auto part = std::string(name_of(row.component));
    if (!row.node.empty()) part += " of " + printable(row.node);
    if (!row.device.empty()) part += " " + printable(row.device);
    part += row.energy
                ? fmt::format(" {} ({})", to_text(to_kilowatt_hours(*row.energy)), name_of(row.provenance))
                : " not counted";
    if (row.energy && !row.in_total) part += ", contained in another";
    parts.push_back(std::move(part));
  }
  return text + ": " + join(parts, "; ") + "\n";
}

/// What each run says, once where they say the same: "6", or "3; 1 (by run)" of a training and its
/// fine-tuning.
std::string epochs_text(const session::Disclosure& disclosure) {
  std::vector<std::string> told;
  for (const auto& run : disclosure.runs) {
    const auto epochs = session::training_of(run).epochs;
    told.push_back(epochs ? amount(*epochs) : std::string("not stated"));
  }
  const bool same = std::ranges::count(told, told.front()) == std::ssize(told);
  return same ? told.front() : join(told, "; ") + " (by run)";
}

/// Of one training that several runs repeat the other facts are the same, so the first run's are given.
std::string resources_text(const session::Disclosure& disclosure) {
  const auto hardware = hardware_text(disclosure);
  const auto training = session::training_of(disclosure.runs.front());
  Seconds duration{0};
  for (const auto& summary : disclosure.runs) duration += summary.run.span.length();
  const auto stated = [](const std::optional<double>& value) {
    return value ? amount(*value) : std::string("not stated");
  };
  return fmt::format(
      "Hardware: {}\nTraining time: {}, in {} run{}\nParameters: {}\nEpochs: {}\n"
      "Floating point operations: not recorded\n",
      hardware.empty() ? "not stated" : printable(hardware), to_text(duration), disclosure.runs.size(),
      disclosure.runs.size() == 1 ? "" : "s", stated(training.params), epochs_text(disclosure));
}

}  // namespace

std::string to_annex_xi(const session::Disclosure& disclosure) {
  auto text = fmt::format(
      "Regulation (EU) 2024/1689 (AI Act), Annex XI, section 1, point 2\n"
      "Model: {}\nMade: {} with {}\n\n"
      "(d) Computational resources and training time\n{}\n"
      "(e) Known or estimated energy consumption\nTraining: {}\nHow it is known: {}\n",
      printable(disclosure.model), to_iso8601(disclosure.made),
      printable(tool_text(disclosure.runs.front().run)), resources_text(disclosure), energy_text(disclosure),
      printable(basis_text(disclosure)));
  for (const auto& summary : disclosure.runs) text += run_text(summary);
  return text +
         "Runs that are not listed (failed attempts, searches for hyperparameters) and inference: not "
         "counted\n";
}

}  // namespace joulecast::report
