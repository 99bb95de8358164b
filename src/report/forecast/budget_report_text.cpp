#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "report/forecast/budget_report.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using session::BudgetPlan;
using session::BudgetResult;
using session::PlannedModel;
using session::Ranged;

std::string share_text(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

/// "340 W   90 %: 283 W to 400 W"; without an interval where there is none.
template <class Write>
std::string with_interval(const Ranged& figure, Write&& write, std::string_view more = {}) {
  auto text = std::string(write(figure.value)) + std::string(more);
  if (figure.low != figure.high)
    text += fmt::format("   90 %: {} to {}", write(figure.low), write(figure.high));
  return text;
}

std::string watts(double value) {
  return to_text(Watts{value});
}

std::string flop_text(double flop) {
  return fmt::format("{:.3g} FLOP", flop);
}

std::string energy_text(double joules) {
  return to_text(to_kilowatt_hours(Joules{joules}));
}

std::string means_text(const BudgetResult& result, const BudgetPlan& plan) {
  std::string text;
  text += fmt::format(
      "  efficiency  {} ({})\n",
      with_interval(plan.mfu.figure, share_text, fmt::format(" of {:.0f} TFLOP/s", plan.peak_flops * 1e-12)),
      plan.mfu.given ? "given" : "assumed; --mfu");
  text += fmt::format("  GPU power   {} ({})\n", with_interval(plan.gpu_power_w.figure, watts),
                      plan.gpu_power_w.given ? "given" : "assumed; --power");
  text += result.host_w ? fmt::format("  host power  {} for each GPU (given)\n", watts(*result.host_w))
                        : std::string("  host power  not included (--host-power)\n");
  if (result.pue != 1) text += fmt::format("  PUE         {:g}\n", result.pue);
  text += fmt::format("  arithmetic  {}\n", with_interval(plan.flop, flop_text));
  text += fmt::format("  time        {}\n",
                      with_interval(plan.duration_s, [](double s) { return to_text(Seconds{s}); }));
  text += fmt::format("  energy      {}\n", with_interval(plan.energy_j, energy_text));
  if (plan.cost)
    text += fmt::format("  cost        {}\n", with_interval(*plan.cost, [&](double value) {
                          return fmt::format("{:.4g}{}{}", value, result.budget.currency.empty() ? "" : " ",
                                             result.budget.currency);
                        }));
  if (plan.emissions)
    text += plan.emissions->mass ? fmt::format("  emissions   {} ({})\n", to_text(*plan.emissions->mass),
                                               plan.emissions->intensity->source)
                                 : fmt::format("  emissions   not known: {}\n", plan.emissions->reason);
  return text;
}

std::string sparsity_text(const PlannedModel& model) {
  if (model.training.sparsity == 0) return model.chosen_by_user ? "dense, your size" : "dense";
  return fmt::format("{:g} % zeros{}", 100 * model.training.sparsity,
                     model.zeros == estimate::Zeros::skipped ? ", skipped" : "");
}

std::string interval_text(const PlannedModel& model) {
  const auto& loss = model.loss;
  const std::string more = model.law_error_known ? "" : " +";
  return loss.low == loss.high ? "-" + more : fmt::format("{:.3f} to {:.3f}{}", loss.low, loss.high, more);
}

std::string models_table(const BudgetPlan& plan) {
  TextTable table(
      {Align::left, Align::left, Align::right, Align::right, Align::right, Align::left, Align::left});
  table.add({"law", "model", "parameters", "data", "loss", "90 %", "as good"});
  for (const auto& model : plan.models) {
    table.add({model.law + (model.extrapolated.empty() ? "" : " *"), sparsity_text(model),
               count_text(model.training.all_parameters()),
               count_text(model.training.data) + " " + model.data_unit,
               fmt::format("{:.3f}", model.loss.value), interval_text(model),
               model.chosen_by_user ? ""
                                    : fmt::format("{} to {}", count_text(model.sizes_as_good.low),
                                                  count_text(model.sizes_as_good.high))});
  }
  return table.text();
}

/// Once for each law, with the figures that are furthest outside.
std::string extrapolation_lines(const BudgetPlan& plan) {
  std::string text;
  std::vector<std::pair<std::string, std::string_view>> said;
  for (const auto& model : plan.models)
    for (const auto& outside : model.extrapolated) {
      const std::pair key{model.law, outside.figure};
      if (std::ranges::find(said, key) != said.end()) continue;
      said.push_back(key);
      const bool share = outside.figure == "sparsity";
      const auto write = [share](double value) { return share ? share_text(value) : count_text(value); };
      text += fmt::format("  * extrapolated: {} was fitted to {} to {} {}, not {}\n", model.law,
                          write(outside.fitted.low), write(outside.fitted.high), outside.figure,
                          write(outside.value));
    }
  return text;
}

std::string notes(const BudgetResult& result, const BudgetPlan& plan) {
  std::string text = extrapolation_lines(plan);
  const auto has = [&](auto&& property) { return std::ranges::any_of(plan.models, property); };
  if (has([](const PlannedModel& m) { return !m.law_error_known; }))
    text += "  + this law was published without errors: the interval is that of the arithmetic alone\n";
  if (has([](const PlannedModel& m) { return m.zeros == estimate::Zeros::skipped; }))
    text += "  skipped: if zeros cost nothing; GPUs compute them, so that sparse weights save no energy\n";
  text += fmt::format(
      "  as good: sizes whose loss is at most {:g} higher. A loss holds for its law's own data\n"
      "  and tokens; losses of different laws are not comparable.\n",
      result.as_good_within);
  return text;
}

std::string plan_text(const BudgetResult& result, const BudgetPlan& plan) {
  std::string precision = result.precision;
  std::ranges::transform(precision, precision.begin(),
                         [](char c) { return static_cast<char>(std::toupper(c)); });
  auto text =
      fmt::format("{} on {}{}, {}\n", budget_text(result.budget),
                  plan.gpu_count > 1 ? fmt::format("{} x ", plan.gpu_count) : "", plan.gpu.name, precision);
  text += means_text(result, plan) + "\n" + models_table(plan) + notes(result, plan);
  const auto& best = plan.models.front();
  text +=
      fmt::format("\n  Best by {}: {} parameters, {} {}; training state {:.0f} GB, at least {} GPU{}\n",
                  best.law, count_text(best.training.all_parameters()), count_text(best.training.data),
                  best.data_unit, best.state_gb, best.gpus_for_state, best.gpus_for_state == 1 ? "" : "s");
  if (best.gpus_for_state > plan.gpu_count)
    text += fmt::format("  Warning: the training state does not fit into {} GPU{} of {:.0f} GB\n",
                        plan.gpu_count, plan.gpu_count == 1 ? "" : "s", plan.gpu.memory_gb);
  return text;
}

}  // namespace

std::string count_text(double count) {
  static constexpr std::array<std::pair<double, std::string_view>, 5> scales{
      {{1e15, "Q"}, {1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [scale, name] : scales)
    if (count >= 0.9995 * scale) {
      if (count >= 999.5 * scale) return fmt::format("{:.2e}", count);
      const double scaled = count / scale;
      return fmt::format("{:.{}f} {}", scaled, scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2, name);
    }
  return fmt::format("{:.3g}", count);
}

std::string budget_text(const session::Budget& budget) {
  switch (budget.kind) {
    case session::BudgetKind::energy:
      return energy_text(budget.amount);
    case session::BudgetKind::time:
      return to_text(Seconds{budget.amount});
    case session::BudgetKind::gpu_time:
      return fmt::format("{:g} GPU hours", budget.amount / 3600);
    case session::BudgetKind::money:
      break;
  }
  return fmt::format("{:g} {}", budget.amount, budget.currency);
}

std::string to_text(const BudgetResult& result) {
  std::string text;
  for (const auto& plan : result.plans) text += (text.empty() ? "" : "\n") + plan_text(result, plan);
  return text;
}

}  // namespace joulecast::report
