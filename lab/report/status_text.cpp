#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "lab/report/status_report.hpp"
#include "report/text_table.hpp"

namespace joulecast::lab {
namespace {

/// More cells than this are not listed, only summed up.
constexpr std::size_t most_cells_listed = 40;

const char* plural(std::size_t number) {
  return number == 1 ? "" : "s";
}

std::string with_interval(const std::string& value, const std::string& low, const std::string& high) {
  return low.empty() ? value : fmt::format("{} ({} to {})", value, low, high);
}

/// "2026-02-01 13:45 UTC".
std::string minute_text(WallTime time) {
  auto text = to_iso8601(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

std::string money_text(const session::Money& money) {
  return fmt::format("{:.2f}{}{}", money.amount, money.currency.empty() ? "" : " ", money.currency);
}

void add(std::string& text, std::string_view label, const std::string& value) {
  if (!value.empty()) text += fmt::format("  {:<13} {}\n", label, value);
}

std::string failures_text(const CampaignStatus& status) {
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : status.failures)
    parts.push_back(fmt::format("{} {}", count, name_of(outcome)));
  if (status.cells_given_up > 0)
    parts.push_back(fmt::format("{} cell{} given up", status.cells_given_up, plural(status.cells_given_up)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string basis_text(const CampaignStatus& status) {
  std::vector<std::string> parts;
  const auto count = [&](Basis basis) {
    const auto found = status.rest.cells.find(basis);
    return found == status.rest.cells.end() ? std::size_t{0} : found->second;
  };
  if (const auto n = count(Basis::measured)) parts.push_back(fmt::format("{} from own runs", n));
  if (const auto n = count(Basis::earlier)) parts.push_back(fmt::format("{} from earlier campaigns", n));
  if (const auto n = count(Basis::predicted)) parts.push_back(fmt::format("{} predicted", n));
  if (const auto n = count(Basis::none))
    parts.push_back(fmt::format(
        "{} not known{}", n, status.why_not_predicted.empty() ? "" : " (" + status.why_not_predicted + ")"));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// A sum is of what is known, and says of how much that is.
std::string known_part(const std::string& sum, std::size_t unknown, std::size_t all) {
  if (unknown == 0) return sum;
  return fmt::format("{} without {} of {} runs, of which nothing is known", sum, unknown, all);
}

std::string known_text(const std::optional<Figure>& figure, std::string (*text)(const Figure&),
                       std::size_t unknown, std::size_t all) {
  return figure ? known_part(text(*figure), unknown, all) : "not known";
}

std::string money_forecast(const CampaignStatus& status) {
  const auto& rest = status.rest;
  if (!rest.money)
    return status.plan->price.empty() ? "not known (price = \"0.25EUR\" says it)" : "not known";
  return known_part(with_interval(money_text(*rest.money), rest.money_low ? money_text(*rest.money_low) : "",
                                  rest.money_high ? money_text(*rest.money_high) : ""),
                    rest.runs_without_energy, rest.runs_left);
}

std::string carbon_forecast(const CampaignStatus& status) {
  const auto& rest = status.rest;
  const auto& place = status.plan->place;
  if (!rest.carbon_g && place.country.empty() && place.cloud_region.empty() && !place.intensity_g_per_kwh)
    return "not known (place = {country = \"ESP\"} says it)";
  if (!rest.carbon_g)
    return "not known" + (rest.carbon.reason.empty() ? std::string() : ": " + rest.carbon.reason);
  const auto grams = [](double value) { return to_text(GramsCO2e{value}); };
  return known_part(
      with_interval(grams(rest.carbon_g->value), rest.carbon_g->low ? grams(*rest.carbon_g->low) : "",
                    rest.carbon_g->high ? grams(*rest.carbon_g->high) : ""),
      rest.runs_without_energy, rest.runs_left);
}

std::string rest_text(const CampaignStatus& status) {
  const auto& rest = status.rest;
  std::string text;
  if (rest.runs_left == 0) return text;
  add(text, "left",
      fmt::format("{}{} run{}", status.plan->repetitions.adaptive() ? "at most " : "", rest.runs_left,
                  plural(rest.runs_left)));
  add(text, "energy", known_text(rest.energy_j, energy_text, rest.runs_without_energy, rest.runs_left));
  add(text, "time", known_text(rest.duration_s, duration_text, rest.runs_without_duration, rest.runs_left));
  if (rest.pauses > Seconds{0})
    add(text, "pauses", fmt::format("{}{}", rest.pauses_at_most ? "at most " : "", to_text(rest.pauses)));
  add(text, "cost", money_forecast(status));
  add(text, "emissions", carbon_forecast(status));
  add(text, "cells", basis_text(status));
  if (status.end) add(text, "would end", minute_text(*status.end));
  return text;
}

std::string budget_text(const CampaignStatus& status) {
  const auto& budget = status.plan->energy_budget;
  if (!budget) return {};
  auto text = fmt::format("{}, of which {} is used", to_text(*budget), to_text(status.spent));
  if (status.rest.energy_j && status.rest.energy_j->value + status.spent.value() > budget->value())
    text += "; it will not suffice";
  return text;
}

std::string used_text(const CampaignStatus& status) {
  auto text = to_text(status.spent);
  if (status.spent_between_runs > Joules{0})
    text += fmt::format(", {} of it before and after runs", to_text(status.spent_between_runs));
  text += fmt::format("; the runs took {}", to_text(status.run_time));
  if (status.without_energy > 0)
    text += fmt::format(", and of {} run{} the energy is not known", status.without_energy,
                        plural(status.without_energy));
  return text;
}

std::string done_text(const CampaignStatus& status) {
  std::string text;
  const auto beyond = status.beyond;
  if (status.without_journal)
    add(text, "journal", "is not there; this is what the store knows, and lab run writes it anew");
  add(text, "done",
      fmt::format("{} of {}{} repetitions{}", status.finished,
                  status.plan->repetitions.adaptive() ? "at most " : "", status.most,
                  beyond == 0 ? "" : fmt::format(", and {} beyond the plan's number", beyond)));
  if (status.saved && status.saved->runs > 0)
    add(text, "saved",
        fmt::format("{} repetitions that no decision needs any more: {}, {}", status.saved->runs,
                    to_text(status.saved->energy), to_text(status.saved->time)));
  add(text, "failed", failures_text(status));
  if (status.interrupted > 0)
    add(text, "interrupted",
        fmt::format("{} run{}, which {} made again", status.interrupted, plural(status.interrupted),
                    status.interrupted == 1 ? "is" : "are"));
  if (status.unclear > 0)
    add(text, "under way",
        fmt::format("{} run{}, or cut off by a kill of the lab", status.unclear, plural(status.unclear)));
  if (status.strangers > 0)
    add(text, "set aside",
        fmt::format("{} finished run{} of cells that the plan does not have any more", status.strangers,
                    plural(status.strangers)));
  add(text, "used", used_text(status));
  if (status.reference && status.reference->last_drift)
    add(text, "drift",
        fmt::format("{:+.1f} % at the last of {} references, at most {:+.1f} % ({:.3g} % allowed)",
                    100 * *status.reference->last_drift, status.reference->runs,
                    100 * *status.reference->worst_drift, 100 * status.reference->tolerance));
  if (status.flagged > 0)
    add(text, "noted", fmt::format("{} run{} with remarks", status.flagged, plural(status.flagged)));
  return text;
}

std::string cells_text(const CampaignStatus& status) {
  if (status.cells.size() > most_cells_listed)
    return fmt::format("\n{} cells; --json lists them\n", status.cells.size());
  using report::Align;
  report::TextTable table({Align::left, Align::right, Align::right, Align::right, Align::left});
  table.add({"cell", "done", "energy of a run", "time", ""});
  for (const auto& cell : status.cells) {
    const auto& forecast = cell.forecast;
    std::string remark(
        forecast.basis == Basis::measured || forecast.basis == Basis::none ? "" : name_of(forecast.basis));
    if (cell.last_failure)
      remark = fmt::format("{} {}{}{}", cell.failed, name_of(*cell.last_failure),
                           cell.given_up ? ", given up" : "",
                           cell.last_reason.empty() ? "" : ": " + report::shorten(cell.last_reason, 60));
    table.add({cell.title, fmt::format("{}/{}", cell.finished, status.plan->repetitions.at_most),
               forecast.energy_j ? energy_text(*forecast.energy_j) : "not known",
               forecast.duration_s ? to_text(Seconds{forecast.duration_s->value}) : "not known", remark});
  }
  return "\n" + table.text();
}

}  // namespace

std::string energy_text(const Figure& joules) {
  return with_interval(to_text(Joules{joules.value}), joules.low ? to_text(Joules{*joules.low}) : "",
                       joules.high ? to_text(Joules{*joules.high}) : "");
}

std::string duration_text(const Figure& seconds) {
  return with_interval(to_text(Seconds{seconds.value}), seconds.low ? to_text(Seconds{*seconds.low}) : "",
                       seconds.high ? to_text(Seconds{*seconds.high}) : "");
}

std::string to_text(const CampaignStatus& status, bool dry) {
  const auto& plan = *status.plan;
  const auto& repetitions = plan.repetitions;
  auto text =
      fmt::format("{}: {} cell{}, {} repetition{} of each\n", printable(plan.name), plan.cells.size(),
                  plural(plan.cells.size()),
                  repetitions.adaptive() ? fmt::format("{} to {}", repetitions.at_least, repetitions.at_most)
                                         : fmt::format("{}", repetitions.at_most),
                  repetitions.at_most == 1 ? "" : "s");
  if (!dry || status.began) text += done_text(status);
  text += rest_text(status);
  add(text, "budget", budget_text(status));
  return text + cells_text(status);
}

}  // namespace joulecast::lab
