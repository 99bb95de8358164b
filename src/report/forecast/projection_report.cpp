#include "report/forecast/projection_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using estimate::Estimate;
using estimate::ProjectedMoment;
using estimate::Projection;
using session::ProjectedRun;

template <class U>
std::string with_interval(const Estimate<U>& e) {
  if (!e.interval) return to_text(e.value);
  return fmt::format("{}  ({} to {})", to_text(e.value), to_text(e.interval->low), to_text(e.interval->high));
}

std::string with_interval(const Estimate<double>& e) {
  if (!e.interval) return fmt::format("{:.3g}", e.value);
  return fmt::format("{:.4g}  ({:.4g} to {:.4g})", e.value, e.interval->low, e.interval->high);
}

double number(double value) {
  return value;
}
template <class U>
double number(U value) {
  return value.value();
}

template <class U>
Json estimate_json(const Estimate<U>& e) {
  Json json{{"value", number(e.value)}};
  if (e.interval) json["low"] = number(e.interval->low), json["high"] = number(e.interval->high);
  return json;
}

Json moment_json(const ProjectedMoment& moment) {
  const auto& p = moment.projection;
  Json json{{"epoch", moment.epoch},
            {"time_s", moment.time.value()},
            {"share", p.share},
            {"used_j", p.used.value()},
            {"total_j", estimate_json(p.total)},
            {"remaining_j", estimate_json(p.remaining)},
            {"duration_s", estimate_json(p.duration)},
            {"remaining_s", estimate_json(p.remaining_time)},
            {"ready", p.ready},
            {"regime_changes", p.regime_changes}};
  if (p.expected)
    json["expected"] = {{"stop_epoch", estimate_json(p.expected->stop_epoch)},
                        {"total_j", estimate_json(p.expected->total)},
                        {"duration_s", estimate_json(p.expected->duration)},
                        {"probability_of_full_length", p.expected->probability_of_full_length},
                        {"learned_from_earlier_runs", p.expected->learned_from_earlier_runs}};
  if (moment.cost_at) json["cost_at_j"] = estimate_json(*moment.cost_at);
  if (moment.work_at_budget) json["work_at_budget"] = estimate_json(*moment.work_at_budget);
  return json;
}

void put_answers(std::string& text, const ProjectedRun& projected, const ProjectedMoment& moment) {
  auto out = std::back_inserter(text);
  const auto& unit = projected.history.work_unit;
  if (projected.ask_work) {
    if (moment.cost_at)
      fmt::format_to(out, "at {} {:g}          {}\n", unit, *projected.ask_work,
                     with_interval(*moment.cost_at));
    else
      fmt::format_to(out, "at {} {:g}          passed before this moment\n", unit, *projected.ask_work);
  }
  if (projected.ask_budget) {
    const auto budget = to_text(*projected.ask_budget);
    if (!moment.work_at_budget)
      fmt::format_to(out, "budget of {}   used up before this moment\n", budget);
    else if (moment.work_at_budget->value > projected.history.total_work)
      fmt::format_to(out, "budget of {}   suffices: {} {:g} come before it is used up\n", budget, unit,
                     projected.history.total_work);
    else
      fmt::format_to(out, "budget of {}   used up at {} {}\n", budget, unit,
                     with_interval(*moment.work_at_budget));
  }
}

void put_expected(std::string& text, const Projection::Expected& e) {
  fmt::format_to(
      std::back_inserter(text),
      "expected (early stopping)\n"
      "  stops at epoch    {}\n  energy            {}\n  duration          {}\n"
      "  full length       {:.0f} % likely{}\n",
      with_interval(e.stop_epoch), with_interval(e.total), with_interval(e.duration),
      100 * e.probability_of_full_length,
      e.learned_from_earlier_runs ? "; learned from earlier runs and the metric" : "; from the metric alone");
}

/// For a finished run, lists the error of its projections at a few shares of the work.
void put_hindsight(std::string& text, const ProjectedRun& projected) {
  if (!projected.history.measured) return;
  const double truth = projected.history.measured->value();
  fmt::format_to(std::back_inserter(text),
                 "\nmeasured in the end {}\n  seen   projected     error   inside   ready\n",
                 to_text(*projected.history.measured));
  double next = 0.01;
  for (const auto& moment : projected.history.moments) {
    const auto& p = moment.projection;
    if (p.share < next - 1e-9) continue;
    while (next <= p.share + 1e-9) next = next < 0.04 ? next + 0.01 : next < 0.095 ? next + 0.05 : next + 0.1;
    fmt::format_to(std::back_inserter(text), "  {:>3.0f} %  {:>10}  {:>+7.1f} %  {:>6}  {:>6}\n",
                   100 * p.share, to_text(p.total.value), 100 * (p.total.value.value() / truth - 1),
                   p.total.interval->contains(*projected.history.measured) ? "yes" : "no",
                   p.ready ? "yes" : "no");
  }
}

}  // namespace

std::string to_text(const ProjectedRun& projected) {
  const auto& moment = projected.moment();
  const auto& p = moment.projection;
  const auto& history = projected.history;
  // Blocks of steps have numbers that say nothing beside the number of steps.
  const auto place = history.work_unit == "epoch"
                         ? fmt::format("epoch {} of {:g}", moment.epoch, history.total_work)
                         : fmt::format("{} of {} {}", amount(std::round(p.share * history.total_work)),
                                       amount(history.total_work), plural_of(history.work_unit));
  std::string text =
      fmt::format("{}: after {} ({:.1f} % of the work)\n", projected.run, place, 100 * p.share);
  if (!projected.history.bounds_recorded)
    text += "epoch bounds were not recorded: the run is divided evenly\n";
  auto out = std::back_inserter(text);
  const auto doubt = projected.history.doubt;
  fmt::format_to(out, "values with their 90 % intervals; {}{}\n\n",
                 p.ready ? "precise unless the training changes"
                 : doubt == trace::ForecastDoubt::none
                     ? "not settled yet: too few units, or an unexplained change"
                     : "not dependable: ",
                 p.ready ? "" : trace::reason_of(doubt));
  fmt::format_to(out, "used so far         {}\n", to_text(p.used));
  fmt::format_to(out, "{}        {}\n", p.expected ? "full length " : "total       ", with_interval(p.total));
  fmt::format_to(out, "remaining           {}\n", with_interval(p.remaining));
  fmt::format_to(out, "duration            {}\n", with_interval(p.duration));
  fmt::format_to(out, "remaining time      {}\n", with_interval(p.remaining_time));
  if (projected.finish_time)
    fmt::format_to(out, "finishes            {}\n", to_iso8601(*projected.finish_time));
  if (projected.carbon.mass)
    fmt::format_to(out, "emissions           {} ({})\n", to_text(*projected.carbon.mass),
                   projected.carbon.intensity ? projected.carbon.intensity->source : "");
  if (p.regime_changes > 0)
    fmt::format_to(out, "regime changes      {}: the cost of a unit has changed for good\n",
                   p.regime_changes);
  if (p.expected) put_expected(text, *p.expected);
  put_answers(text, projected, moment);
  put_hindsight(text, projected);
  return text;
}

Json to_json(const ProjectedRun& projected) {
  Json json{{"run", projected.run},
            {"method", "adaptive"},
            {"level", estimate::interval_level},
            {"total_work", projected.history.total_work},
            {"work_unit", projected.history.work_unit},
            {"epoch_bounds_recorded", projected.history.bounds_recorded},
            {"forecast_doubt", or_null(std::string(trace::name_of(projected.history.doubt)))},
            {"projection", moment_json(projected.moment())}};
  if (projected.finish_time) json["projection"]["finish_time"] = to_iso8601(*projected.finish_time);
  json["projection"]["g_co2e"] = or_null(projected.carbon.mass);
  json["measured_j"] = or_null(projected.history.measured);
  json["history"] = Json::array();
  for (const auto& moment : projected.history.moments) json["history"].push_back(moment_json(moment));
  return json;
}

std::string to_json_text(const ProjectedRun& projected) {
  return json_text(to_json(projected));
}

Plot to_plot(const ProjectedRun& projected) {
  const auto& last = projected.history.moments.back().projection.total.value;
  const double scale = last >= Joules{1e6} ? 1e6 : last >= Joules{1e3} ? 1e3 : 1;
  Plot plot;
  plot.title = fmt::format("Projected energy of {}", projected.run);
  plot.x.label = "share of the work seen, %";
  plot.x.min = 0;
  plot.x.max = 100;
  plot.y.label = fmt::format("energy, {}", scale == 1e6 ? "MJ" : scale == 1e3 ? "kJ" : "J");
  plot.y.min = 0;
  Band interval;
  interval.label = "90 % interval";
  Series expected;
  expected.label = "projected total";
  Series used;
  used.label = "used so far";
  for (const auto& moment : projected.history.moments) {
    const auto& p = moment.projection;
    for (auto* x : {&interval.x, &expected.x, &used.x}) x->push_back(100 * p.share);
    expected.y.push_back(p.total.value.value() / scale);
    interval.low.push_back(p.total.interval->low.value() / scale);
    interval.high.push_back(p.total.interval->high.value() / scale);
    used.y.push_back(p.used.value() / scale);
  }
  plot.bands.push_back(std::move(interval));
  plot.series.push_back(std::move(expected));
  plot.series.push_back(std::move(used));
  if (projected.history.measured)
    plot.rules.push_back({.label = "measured in the end",
                          .at = projected.history.measured->value() / scale,
                          .vertical = false});
  if (projected.at + 1 < projected.history.moments.size())
    plot.rules.push_back(
        {.label = fmt::format("--at: {:.0f} % seen", 100 * projected.moment().projection.share),
         .at = 100 * projected.moment().projection.share,
         .vertical = true});
  return plot;
}

}  // namespace joulecast::report
