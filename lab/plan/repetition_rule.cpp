#include "lab/plan/repetition_rule.hpp"

#include <map>

#include "lab/plan/cells.hpp"

namespace joulecast::lab {
namespace {

/// What a plan calls a field of stats::RepetitionRule.
std::string key_of_field(const std::string& field) {
  if (field == "minimum") return "min";
  return field == "maximum" ? "max" : field;
}

}  // namespace

std::vector<stats::CellPair> compared_pairs(const Plan& plan) {
  std::vector<stats::CellPair> pairs;
  const auto& factor = plan.repetitions.compare;
  if (factor.empty()) return pairs;
  std::map<std::string, std::vector<std::size_t>> alike;  // by what the cells are without the factor
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    auto levels = plan.cells[i].levels;
    levels.erase(factor);
    auto& cells = alike[key_of(levels)];
    for (const auto other : cells) pairs.push_back({other, i});
    cells.push_back(i);
  }
  return pairs;
}

Result<stats::AdaptiveRepetitions> repetition_rule(const Plan& plan) {
  const auto& repetitions = plan.repetitions;
  stats::RepetitionRule rule;
  rule.minimum = static_cast<std::size_t>(repetitions.at_least);
  rule.maximum = static_cast<std::size_t>(repetitions.at_most);
  rule.level = repetitions.level;
  rule.centre = repetitions.of_median ? stats::Location::median : stats::Location::mean;
  rule.family = repetitions.each_alone ? stats::Family::each : stats::Family::campaign;
  rule.half_width = repetitions.half_width;
  rule.equal_within = repetitions.equal_within;
  auto pairs = compared_pairs(plan);
  if (!repetitions.compare.empty() && pairs.empty())
    return fail(ErrorKind::invalid, "compare", "no two cells differ in {} alone", repetitions.compare);
  auto adaptive = stats::AdaptiveRepetitions::make(rule, plan.cells.size(), std::move(pairs));
  if (!adaptive)
    return fail(ErrorKind::invalid, key_of_field(adaptive.error().where), "{}", adaptive.error().message);
  if (!adaptive->first_decision())
    return fail(ErrorKind::invalid, "max",
                "is too small to decide anything: {} intervals share what may be wrong at level {}; with "
                "each_alone = true every interval has it for itself",
                adaptive->intervals(), repetitions.level);
  return adaptive;
}

}  // namespace joulecast::lab
