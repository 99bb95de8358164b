#include <fmt/format.h>

#include <algorithm>

#include "carbon/intensity.hpp"
#include "lab/plan/plan_parts.hpp"
#include "lab/plan/repetition_rule.hpp"
#include "session/reporting/report_runs.hpp"

namespace joulecast::lab {
namespace {

using Kind = TomlNode::Kind;

constexpr std::int64_t most_repetitions = 100'000;
/// Runs of all cells together.
constexpr std::size_t most_runs = 10'000'000;

void read_adaptive(PlanReading& reading, const TomlNode& node) {
  TableReader table(reading.problem, node, "repetitions");
  auto& repetitions = reading.plan.repetitions;
  const auto low = table.whole("min", 1, most_repetitions);
  const auto high = table.whole("max", 1, most_repetitions);
  repetitions.half_width = table.share("half_width");
  repetitions.of_median = table.one_of("of", {"median", "mean"}) != "mean";
  repetitions.level = table.number("level", 0.5, 0.9999).value_or(repetitions.level);
  repetitions.compare = table.text("compare").value_or("");
  repetitions.equal_within = table.share("equal_within");
  repetitions.each_alone = table.boolean("each_alone").value_or(false);
  table.finish();
  if (!low) reading.problem.add(node.line, "repetitions.min", "is missing: how often at least");
  if (!high) reading.problem.add(node.line, "repetitions.max", "is missing: how often at most");
  if (!low || !high) return;
  repetitions.at_least = static_cast<int>(*low);
  repetitions.at_most = static_cast<int>(*high);
  if (*low > *high) table.problem("min", fmt::format("is above max: {} > {}", *low, *high));
  if (*low == 1 && *high > 1) table.problem("min", "is at least 2 where max is above it");
  const auto& compare = repetitions.compare;
  const auto& factors = reading.plan.factors;
  if (!compare.empty() && std::ranges::find(factors, compare, &Factor::name) == factors.end()) {
    std::vector<std::string> names;
    for (const auto& factor : factors) names.push_back(factor.name);
    table.problem("compare", "names no factor" + did_you_mean(compare, names));
  }
  if (repetitions.adaptive() && !repetitions.half_width && compare.empty())
    reading.problem.add(node.line, "repetitions", "needs half_width or compare: when it is enough");
  if (reading.problem.found() || !repetitions.adaptive()) return;
  if (const auto rule = repetition_rule(reading.plan); !rule)
    table.problem(rule.error().where, rule.error().message);
}

void read_repetitions(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  const auto* value = top.any("repetitions");
  if (value == nullptr) return;
  if (value->kind == Kind::table) {
    read_adaptive(reading, *value);
  } else if (const auto number = top.whole("repetitions", 1, most_repetitions)) {
    plan.repetitions.at_least = plan.repetitions.at_most = static_cast<int>(*number);
  }
  if (plan.cells.size() * static_cast<std::size_t>(plan.repetitions.at_most) > most_runs)
    top.problem("repetitions",
                fmt::format("of {} cells are more than {} runs", plan.cells.size(), most_runs));
}

void read_place(PlanReading& reading) {
  const auto* node = reading.top.table("place");
  if (node == nullptr) return;
  TableReader table(reading.problem, *node, "place");
  auto& place = reading.plan.place;
  place.country = table.text("country").value_or("");
  place.cloud_region = table.text("region").value_or("");
  place.intensity_g_per_kwh = table.number("intensity", 0, 1e5);
  place.pue = table.number("pue", 1, 100);
  table.finish();
  if (const auto possible = carbon::check(place); !possible)
    reading.problem.add(node->line, "place", possible.error().message);
  if (place.intensity_g_per_kwh || (place.country.empty() && place.cloud_region.empty())) return;
  const auto known = carbon::IntensityTable::read();
  if (!known) return;  // without the tables nothing can be said of a place, nor of its emissions later
  if (!place.country.empty())
    if (const auto found = known->of_country(place.country); !found)
      table.problem("country", found.error().message);
  if (!place.cloud_region.empty())
    if (const auto found = known->of_cloud_region(place.cloud_region); !found)
      table.problem("region", found.error().message);
}

void read_quiet(PlanReading& reading) {
  const auto* node = reading.top.table("quiet");
  if (node == nullptr) return;
  TableReader table(reading.problem, *node, "quiet");
  auto& quiet = reading.plan.quiet;
  quiet.load = table.number("load", 0, 1000).value_or(quiet.load);
  quiet.pressure = table.share("pressure").value_or(quiet.pressure);
  table.finish();
}

}  // namespace

void read_rules(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  read_repetitions(reading);
  if (const auto seed = top.whole("seed", 0, std::int64_t{1} << 53))
    plan.seed = static_cast<std::uint64_t>(*seed);
  if (top.one_of("order", {"random", "as-written"}) == "as-written") plan.order = Order::as_written;
  plan.timeout = top.duration("timeout");
  plan.grace = top.duration("grace").value_or(plan.grace);
  constexpr int most_failures = 100'000;
  if (const auto failures = top.whole("give_up_after", 0, most_failures))
    plan.give_up_after = static_cast<int>(*failures);
  plan.energy_budget = top.energy("energy_budget");
  plan.price = top.scalar("price").value_or("");
  if (!plan.price.empty() && !session::parse_price(plan.price))
    top.problem("price", "is no price of a kWh; write it like 0.25 or \"0.25EUR\"");
  read_place(reading);
  read_quiet(reading);
}

void read_temperature(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  if (const auto* node = top.table("warm_up")) {
    TableReader table(problem, *node, "warm_up");
    auto& warm_up = plan.warm_up.emplace();
    warm_up.command = table.texts("command");
    warm_up.duration = table.duration("duration");
    warm_up.steady = table.share("steady");
    warm_up.steady_kelvin = table.number("steady_kelvin", 1e-3, 100).value_or(warm_up.steady_kelvin);
    warm_up.window = table.duration("window").value_or(warm_up.window);
    warm_up.at_most = table.duration("at_most").value_or(warm_up.at_most);
    table.finish();
    if (!warm_up.duration && !warm_up.steady && warm_up.command.empty())
      problem.add(node->line, "warm_up", "says not how long: duration, or steady");
    if (warm_up.duration && warm_up.steady)
      table.problem("duration", "and steady exclude each other; at_most bounds steady");
    if (warm_up.steady && warm_up.window > warm_up.at_most) table.problem("window", "is longer than at_most");
  }
  if (const auto* node = top.table("cool_down")) {
    TableReader table(problem, *node, "cool_down");
    auto& cool_down = plan.cool_down.emplace();
    cool_down.duration = table.duration("duration");
    cool_down.within = table.share("within");
    cool_down.at_most = table.duration("at_most").value_or(cool_down.at_most);
    cool_down.idle = table.duration("idle").value_or(cool_down.idle);
    table.finish();
    if (cool_down.duration && cool_down.within)
      table.problem("duration", "and within exclude each other; at_most bounds within");
    if (!cool_down.duration && !cool_down.within)
      problem.add(node->line, "cool_down", "says not how long: duration, or within");
  }
}

}  // namespace joulecast::lab
