// What the same training would have cost on other GPUs, with other batches and power limits: predicted.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/reporting/sections.hpp"

namespace joulecast::report {
namespace {

using session::OtherChoices;
using session::Prediction;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string gpu_text(const Prediction& choice) {
  const auto count = choice.training.gpu_count.value_or(1);
  return count > 1 ? fmt::format("{} × {}", count, choice.training.gpu) : choice.training.gpu;
}

std::string batch_text(const Prediction& choice) {
  return fmt::format("batch {:g}", choice.training.batch_size.value_or(0));
}

std::string limit_text(const Prediction& choice) {
  return fmt::format("limit {:.0f} W", choice.training.gpu_power_limit_w.value_or(0));
}

/// "+12 %" of what the run's own training is predicted to cost.
std::string against(const Prediction& choice, const Prediction& own) {
  if (!choice.total_energy_j || !own.total_energy_j || !(own.total_energy_j->value > 0)) return "";
  const double difference = 100 * (choice.total_energy_j->value / own.total_energy_j->value - 1);
  return std::abs(difference) < 0.5 ? "the same" : fmt::format("{:+.0f} %", difference);
}

std::string memory_text(const Prediction& choice) {
  return choice.fits ? "" : "does not fit into the memory";
}

/// The picture and its table, which have the same rows.
struct Choices {
  IntervalPlot plot;
  DataTable table{"Predicted energy of other choices",
                  {Align::left, Align::right, Align::left, Align::right, Align::right, Align::left},
                  {"choice", "energy", "90 % interval", "against as it ran", "time", ""},
                  {}};
  double divisor = 1;

  void add(const std::string& label, const Prediction& choice, const Prediction& own) {
    const auto& energy = choice.total_energy_j;
    if (!energy) return;
    const bool stated = energy->low && energy->high;
    const auto difference = &choice == &own ? "as it ran" : against(choice, own);
    if (choice.fits)
      plot.rows.push_back({label, energy->value / divisor, stated ? *energy->low / divisor : unknown,
                           stated ? *energy->high / divisor : unknown, difference});
    table.rows.push_back(
        {label, to_text(Joules{energy->value}),
         stated ? to_text(Joules{*energy->low}) + " to " + to_text(Joules{*energy->high}) : "not known",
         difference, choice.epoch_time_s ? to_text(Seconds{choice.epoch_time_s->value}) : "not known",
         memory_text(choice)});
  }
};

double largest_of(const OtherChoices& choices) {
  double largest = choices.as_it_ran.total_energy_j->value;
  for (const auto* list : {&choices.gpus, &choices.batches, &choices.power_limits})
    for (const auto& choice : *list)
      if (choice.total_energy_j) largest = std::max(largest, choice.total_energy_j->value);
  return largest;
}

/// How the prediction of the run's own training compares with what was measured: how far to trust the others.
std::string caption_of(const OtherChoices& choices) {
  const auto& own = choices.as_it_ran;
  auto text = fmt::format(
      "Predicted, not measured: the energy of the GPUs alone for {} of {}, as it ran ({}, {}) and with one "
      "choice changed at a time",
      choices.work_is_known ? "the work" : fmt::format("{:.0f} samples", session::samples_if_unknown),
      own.training.architecture, gpu_text(own), batch_text(own));
  if (!choices.work_is_known) text += "; how many samples it trained on in all was not told";
  if (choices.measured) {
    text += fmt::format(
        ". As it ran, its GPUs were measured at {}; the prediction is {:.2g} times that, and the "
        "others may be off as far",
        to_text(*choices.measured), own.total_energy_j->value / choices.measured->value());
  }
  return text + ".";
}

}  // namespace

Section choices_section(const session::ReportedRun& run) {
  Section section{"Other choices, predicted", 2, {}};
  if (!run.choices) {
    section.blocks.push_back(LeftOut{"Other GPUs, batches and power limits", to_string(run.choices.error())});
    return section;
  }
  const auto& choices = *run.choices;
  const auto& own = choices.as_it_ran;
  if (!own.total_energy_j) {
    section.blocks.push_back(LeftOut{"Other GPUs, batches and power limits",
                                     "the model predicts no energy of this training on its own GPU"});
    return section;
  }
  const auto energy = energy_axis("predicted energy of the GPUs", largest_of(choices));
  Choices drawn;
  drawn.divisor = energy.divisor;
  drawn.plot.title = "Energy of other choices, predicted";
  drawn.plot.value.label = energy.label;
  drawn.add(fmt::format("as it ran: {}, {}", gpu_text(own), batch_text(own)), own, own);
  for (const auto& choice : choices.gpus) drawn.add(gpu_text(choice), choice, own);
  for (const auto& choice : choices.batches) drawn.add(batch_text(choice), choice, own);
  for (const auto& choice : choices.power_limits) drawn.add(limit_text(choice), choice, own);
  const auto caption = caption_of(choices);
  drawn.plot.description = caption;
  section.blocks.push_back(Figure{std::move(drawn.plot), caption, std::move(drawn.table)});
  return section;
}

}  // namespace joulecast::report
