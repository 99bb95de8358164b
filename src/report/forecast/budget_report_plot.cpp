#include <fmt/format.h>

#include "report/forecast/budget_report.hpp"

namespace joulecast::report {
namespace {

using session::BudgetCurve;
using session::BudgetPlan;
using session::BudgetPoint;
using session::BudgetResult;

std::string label_of(const BudgetCurve& curve) {
  return curve.sparsity == 0 ? curve.law : fmt::format("{}, {:g} % zeros", curve.law, 100 * curve.sparsity);
}

/// The budget in the unit in which people read it.
struct BudgetAxis {
  std::string label;
  double amount = 0;
};
BudgetAxis axis_of(const session::Budget& budget) {
  switch (budget.kind) {
    case session::BudgetKind::energy:
      return {"budget, kWh", to_kilowatt_hours(Joules{budget.amount}).value()};
    case session::BudgetKind::time:
      return {"budget, hours", budget.amount / 3600};
    case session::BudgetKind::gpu_time:
      return {"budget, GPU hours", budget.amount / 3600};
    case session::BudgetKind::money:
      break;
  }
  return {"budget, " + budget.currency, budget.amount};
}

/// Adds the line of a curve. The first line of a picture has its interval as a band.
template <class X>
void draw(Plot& plot, const std::string& label, const std::vector<BudgetPoint>& points, X&& x) {
  Series line{.label = label, .x = {}, .y = {}, .point_labels = {}};
  Band band{"90 %", {}, {}, {}};
  for (const auto& point : points) {
    line.x.push_back(x(point));
    line.y.push_back(point.loss.value);
    band.x.push_back(x(point));
    band.low.push_back(point.loss.low);
    band.high.push_back(point.loss.high);
  }
  if (plot.series.empty()) plot.bands.push_back(std::move(band));
  plot.series.push_back(std::move(line));
}

template <class Points, class X>
void draw_all(Plot& plot, const BudgetResult& result, Points points, X&& x) {
  if (result.plans.size() == 1) {
    const auto& plan = result.plans.front();
    plot.subtitle =
        fmt::format("{}{}", plan.gpu_count > 1 ? fmt::format("{} x ", plan.gpu_count) : "", plan.gpu.name);
    for (const auto& curve : plan.curves) draw(plot, label_of(curve), curve.*points, x);
    return;
  }
  plot.subtitle = label_of(result.plans.front().curves.front());
  for (const auto& plan : result.plans) draw(plot, plan.gpu.name, plan.curves.front().*points, x);
}

}  // namespace

Plot to_plot(const BudgetResult& result) {
  const auto axis = axis_of(result.budget);
  Plot plot;
  plot.title = "Loss that a budget pays for";
  plot.x = {.label = axis.label, .logarithmic = true, .min = {}, .max = {}};
  plot.y.label = "loss";
  plot.rules.push_back({"budget", axis.amount, true});
  draw_all(plot, result, &BudgetCurve::by_budget,
           [&](const BudgetPoint& point) { return point.budget * axis.amount; });
  return plot;
}

Plot to_size_plot(const BudgetResult& result) {
  Plot plot;
  plot.title = fmt::format("Loss by size of the model for {}", budget_text(result.budget));
  plot.x = {.label = "parameters", .logarithmic = true, .min = {}, .max = {}};
  plot.y.label = "loss";
  draw_all(plot, result, &BudgetCurve::by_size, [](const BudgetPoint& point) { return point.size; });
  return plot;
}

}  // namespace joulecast::report
