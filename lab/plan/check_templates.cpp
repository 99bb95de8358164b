#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "lab/plan/plan_parts.hpp"
#include "lab/plan/template.hpp"

namespace joulecast::lab {
namespace {

/// The line of a key within a table of the plan.
std::size_t line_in(PlanReading& reading, std::string_view table, std::string_view key) {
  if (const auto* node = reading.top.any(table); node != nullptr)
    for (const auto& [name, value] : node->table)
      if (name == key) return value.line;
  return reading.top.line_of(table);
}

class TemplateCheck {
 public:
  explicit TemplateCheck(PlanReading& reading) : reading_(&reading) {
    for (const auto& factor : reading.plan.factors) known_.push_back(factor.name);
    for (const auto* name : {"seed", "repetition", "output"}) known_.emplace_back(name);
  }

  /// `counts`: it takes part in what the run does, so that its placeholders use a factor.
  void check(std::size_t line, std::string_view field, const std::string& text, bool counts) {
    const auto names = placeholders_of(text);
    if (!names) return reading_->problem.add(line, field, names.error().message);
    for (const auto& name : *names) {
      if (std::ranges::find(known_, name) == known_.end())
        reading_->problem.add(line, field,
                              fmt::format("{{{}}} is no factor{}; there are {}", name,
                                          did_you_mean(name, known_), fmt::join(known_, ", ")));
      if (counts) used_.insert(name);
    }
  }

  [[nodiscard]] bool uses(const std::string& name) const { return used_.contains(name); }

 private:
  PlanReading* reading_;
  std::vector<std::string> known_;
  std::set<std::string> used_;
};

void check_factors(PlanReading& reading, const TemplateCheck& check) {
  const auto& plan = reading.plan;
  const auto is_used = [&](const Factor& factor) {
    return check.uses(factor.name) || (factor.name == environment_factor && !plan.environments.empty());
  };
  const bool none = std::ranges::none_of(plan.factors, is_used);
  if (none)
    return reading.problem.add(reading.top.line_of("command"), "command",
                               "names no factor: {" + plan.factors[0].name + "}");
  for (const auto& factor : plan.factors)
    if (!is_used(factor))
      reading.problem.add(
          factor.line, "factors." + factor.name,
          "is not used by the command or a variable, so that its levels would all be the same run");
}

bool are_alike(const Environment& a, const Environment& b) {
  return a.gpus == b.gpus && a.cpus == b.cpus && a.power_limit == b.power_limit &&
         a.variables == b.variables && a.partition == b.partition && a.constraint == b.constraint;
}

/// Unless the command is told the environment's name, only what an environment sets tells it from another.
void check_environments(PlanReading& reading, const TemplateCheck& check) {
  if (check.uses(environment_factor)) return;
  const auto& all = reading.plan.environments;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (are_alike(all[i], all[j]))
        reading.problem.add(all[i].line, "environments." + all[i].name,
                            fmt::format("is the same as {}: their runs would be the same", all[j].name));
}

/// Words that a program is started with before the first run have no levels yet.
void check_fixed(PlanReading& reading, std::string_view field, const std::vector<std::string>& words) {
  for (const auto& word : words) {
    const auto names = placeholders_of(word);
    if (!names) return reading.problem.add(reading.top.line_of("warm_up"), field, names.error().message);
    if (!names->empty())
      return reading.problem.add(reading.top.line_of("warm_up"), field,
                                 fmt::format("{{{}}} has no value before the first run", names->front()));
  }
}

/// A tag of a factor's name would be overwritten by the level.
void check_tags(PlanReading& reading) {
  for (const auto& factor : reading.plan.factors)
    if (const auto tag = reading.plan.tags.find(factor.name);
        tag != reading.plan.tags.end() && tag->second != "{" + factor.name + "}")
      reading.problem.add(line_in(reading, "tags", factor.name), "tags." + factor.name,
                          "is a factor: each run is tagged with its level");
}

/// The whole work of a run, once the levels stand in it.
void check_work(PlanReading& reading, std::string_view key, const std::string& text) {
  if (text.empty() || reading.problem.found()) return;
  for (const auto& cell : reading.plan.cells) {
    auto values = cell.levels;
    for (const auto* name : {"seed", "repetition", "output"}) values.emplace(name, "1");
    const auto number = parse_double(filled(text, values));
    if (number && *number > 0 && std::isfinite(*number)) continue;
    return reading.problem.add(line_in(reading, "progress", key), fmt::format("progress.{}", key),
                               fmt::format("must be a number above 0, not \"{}\"", filled(text, values)));
  }
}

}  // namespace

void check_templates(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  TemplateCheck check(reading);
  for (const auto& word : plan.command) check.check(top.line_of("command"), "command", word, true);
  for (const auto& [name, value] : plan.variables)
    check.check(line_in(reading, "variables", name), "variables." + name, value, true);
  for (const auto& environment : plan.environments)
    for (const auto& [name, value] : environment.variables)
      check.check(environment.line, fmt::format("environments.{}.variables.{}", environment.name, name),
                  value, true);
  for (const auto& [name, value] : plan.tags)
    check.check(line_in(reading, "tags", name), "tags." + name, value, false);
  for (const auto& pattern : plan.collect) check.check(top.line_of("collect"), "collect", pattern, false);
  for (const auto& metric : plan.metrics)
    check.check(metric.line, fmt::format("metrics.{}.file", metric.name), metric.file, false);
  check.check(line_in(reading, "progress", "epochs"), "progress.epochs", plan.progress.epochs, false);
  check.check(line_in(reading, "progress", "steps"), "progress.steps", plan.progress.steps, false);
  check_tags(reading);
  check_work(reading, "epochs", plan.progress.epochs);
  check_work(reading, "steps", plan.progress.steps);
  if (plan.warm_up) check_fixed(reading, "warm_up.command", plan.warm_up->command);
  check_factors(reading, check);
  check_environments(reading, check);
}

}  // namespace joulecast::lab
