#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "hardware/catalogue.hpp"
#include "lab/plan/cells.hpp"
#include "lab/plan/measured_columns.hpp"
#include "lab/plan/plan_parts.hpp"
#include "lab/plan/template.hpp"

namespace joulecast::lab {
namespace {

using Kind = TomlNode::Kind;

/// Names that mean something else where a factor's name stands: placeholders, and the tags of a run.
constexpr std::array reserved{"seed", "repetition", "output",  "campaign", "campaign_plan",
                              "cell", "attempt",    "outcome", "role"};
constexpr std::int64_t most_cpus = 65'536;

/// "0-3,8": nothing for any other text.
std::optional<std::vector<int>> parse_cpus(std::string_view text) {
  std::set<int> numbers;
  for (const auto part : split(text, ',')) {
    const auto dash = part.find('-');
    const auto first = parse_int(trim(part.substr(0, dash)));
    const auto last = dash == part.npos ? first : parse_int(trim(part.substr(dash + 1)));
    if (!first || !last || *first < 0 || *last < *first || *last >= most_cpus) return std::nullopt;
    for (auto number = *first; number <= *last; ++number) numbers.insert(static_cast<int>(number));
  }
  return std::vector<int>(numbers.begin(), numbers.end());
}

Environment read_environment(PlanReading& reading, const std::string& name, const TomlNode& node) {
  Environment environment;
  environment.name = name;
  environment.line = node.line;
  const auto path = "environments." + name;
  if (node.kind != Kind::table) {
    reading.problem.add(node.line, path, fmt::format("must be a table, not {}", name_of(node.kind)));
    return environment;
  }
  TableReader table(reading.problem, node, path);
  environment.gpus = table.scalars("gpus");
  if (std::set(environment.gpus.begin(), environment.gpus.end()).size() < environment.gpus.size())
    table.problem("gpus", "names a GPU twice");
  if (const auto cpus = table.scalar("cpus")) {
    if (const auto numbers = parse_cpus(*cpus))
      environment.cpus = *numbers;
    else
      table.problem("cpus", "must be numbers of CPUs, such as \"0-7,16\"");
  }
  environment.power_limit = table.power("power_limit");
  if (environment.power_limit && environment.gpus.empty())
    table.problem("power_limit", "needs gpus: which GPUs it is set for");
  environment.variables = read_variables(table);
  environment.board = table.text("board").value_or("");
  if (!environment.board.empty())
    if (const auto gpu = hardware::find_gpu(environment.board); !gpu)
      table.problem("board", "is no GPU of the catalogue: " + gpu.error().message);
  environment.partition = table.text("partition").value_or("");
  environment.constraint = table.text("constraint").value_or("");
  table.finish();
  return environment;
}

void read_environments(PlanReading& reading) {
  const auto* environments = reading.top.table("environments");
  if (environments == nullptr) return;
  if (environments->table.empty()) reading.top.problem("environments", "is empty");
  Factor factor{environment_factor, {}, environments->line};
  for (const auto& [name, node] : environments->table) {
    reading.plan.environments.push_back(read_environment(reading, name, node));
    factor.levels.push_back(name);
  }
  reading.plan.factors.push_back(std::move(factor));
}

Factor read_factor(PlanReading& reading, TableReader& table, const std::string& name, const TomlNode& node) {
  Factor factor{name, {}, node.line};
  if (!is_name(name))
    table.problem(name, "is no name for a factor: letters, digits and underscores, a letter first");
  if (std::ranges::find(reserved, name) != reserved.end())
    table.problem(name, fmt::format("has another meaning ({}); give the factor another name",
                                    fmt::join(reserved, ", ")));
  else if (is_measured_column(name))
    table.problem(name, "is what the table calls something that is measured; give the factor another name");
  if (name == environment_factor && !reading.plan.environments.empty())
    table.problem(name, "is what [environments] makes");
  if (const auto* value = table.any(name); value->kind != Kind::list)
    table.problem(name, fmt::format("must be a list of levels, not {}", name_of(value->kind)));
  factor.levels = table.scalars(name);
  std::set<std::string> seen;
  for (const auto& level : factor.levels)
    if (!seen.insert(level).second)
      table.problem(name, fmt::format("has two levels that are alike: {}", level));
  return factor;
}

void read_factors(PlanReading& reading) {
  const auto* factors = reading.top.table("factors");
  if (factors == nullptr) return;
  if (factors->table.empty()) reading.top.problem("factors", "is empty");
  TableReader table(reading.problem, *factors, "factors");
  std::vector<Factor> read;
  for (const auto& [name, node] : factors->table) read.push_back(read_factor(reading, table, name, node));
  auto& all = reading.plan.factors;
  all.insert(all.begin(), read.begin(), read.end());
}

std::vector<std::string> names_of(const std::vector<Factor>& factors) {
  std::vector<std::string> names;
  for (const auto& factor : factors) names.push_back(factor.name);
  return names;
}

const Factor* factor_named(const std::vector<Factor>& factors, std::string_view name) {
  const auto found = std::ranges::find(factors, name, &Factor::name);
  return found == factors.end() ? nullptr : &*found;
}

/// A factor's levels as a table names them: one, or a list.
std::vector<std::string> read_named_levels(PlanReading& reading, TableReader& table, const std::string& name,
                                           bool only_known) {
  const auto* factor = factor_named(reading.plan.factors, name);
  if (factor == nullptr) {
    table.problem(name, "is no factor" + did_you_mean(name, names_of(reading.plan.factors)));
    return {};
  }
  const auto* value = table.any(name);
  std::vector<std::string> levels;
  if (value->kind == Kind::list)
    levels = table.scalars(name);
  else if (const auto one = table.scalar(name))
    levels = {*one};
  for (const auto& level : levels)
    if (only_known && std::ranges::find(factor->levels, level) == factor->levels.end())
      table.problem(name, fmt::format("has no level {}{}", level, did_you_mean(level, factor->levels)));
  return levels;
}

void read_exclusions(PlanReading& reading, const std::vector<Cell>& all) {
  const auto* list = reading.top.list("exclude");
  if (list == nullptr) return;
  for (const auto& node : list->list) {
    if (node.kind != Kind::table || node.table.empty()) {
      reading.problem.add(node.line, "exclude", "must be a table that names levels of factors");
      continue;
    }
    Exclusion exclusion{{}, node.line};
    TableReader table(reading.problem, node, "exclude");
    for (const auto& [name, value] : node.table)
      exclusion.levels[name] = read_named_levels(reading, table, name, /*only_known=*/true);
    const auto excluded =
        std::ranges::count_if(all, [&](const Cell& cell) { return is_excluded(cell.levels, exclusion); });
    if (excluded == 0) reading.problem.add(node.line, "exclude", "excludes nothing");
    if (static_cast<std::size_t>(excluded) == all.size())
      reading.problem.add(node.line, "exclude", "excludes every cell");
    reading.plan.exclusions.push_back(std::move(exclusion));
  }
}

void read_further_cells(PlanReading& reading) {
  const auto* list = reading.top.list("include");
  if (list == nullptr) return;
  auto& cells = reading.plan.cells;
  std::set<std::string> keys;
  for (const auto& cell : cells) keys.insert(cell.key);
  for (const auto& node : list->list) {
    if (node.kind != Kind::table) {
      reading.problem.add(node.line, "include", "must be a table with a level of each factor");
      continue;
    }
    TableReader table(reading.problem, node, "include");
    const auto levels = read_levels(reading, table);
    if (!levels) continue;
    auto cell = make_cell(*levels);
    if (!keys.insert(cell.key).second)
      reading.problem.add(node.line, "include", fmt::format("is a cell that is there already: {}", cell.key));
    cells.push_back(std::move(cell));
  }
}

}  // namespace

std::map<std::string, std::string> read_variables(TableReader& table) {
  auto variables = table.pairs("variables");
  for (const auto& [name, value] : variables)
    if (name.empty() || name.find('=') != std::string::npos)
      table.problem("variables", fmt::format("\"{}\" is no name of an environment variable", name));
  return variables;
}

std::optional<Levels> read_levels(PlanReading& reading, TableReader& table) {
  Levels levels;
  for (const auto& factor : reading.plan.factors) (void)table.any(factor.name);
  table.finish();
  for (const auto& factor : reading.plan.factors) {
    if (table.any(factor.name) == nullptr)
      reading.problem.add(table.line_of(""), table.path_of(factor.name), "is missing: a level of it");
    const auto level = table.scalar(factor.name);
    if (level) levels[factor.name] = *level;
    if (level && factor.name == environment_factor &&
        std::ranges::find(factor.levels, *level) == factor.levels.end())
      table.problem(factor.name,
                    fmt::format("there is no environment {}{}", *level, did_you_mean(*level, factor.levels)));
  }
  if (reading.problem.found()) return std::nullopt;
  return levels;
}

void read_cells(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  read_environments(reading);
  read_factors(reading);
  if (plan.factors.empty()) return;  // told later, since a misspelt key explains it better
  std::size_t product = 1;
  for (const auto& factor : plan.factors) {
    product *= std::max<std::size_t>(factor.levels.size(), 1);
    if (product > most_cells)
      problem.add(factor.line, "factors", fmt::format("make more than {} cells", most_cells));
    if (problem.found()) break;
  }
  if (problem.found()) return;
  const auto all = cells_of(plan.factors, {});
  read_exclusions(reading, all);
  if (problem.found()) return;
  plan.cells = cells_of(plan.factors, plan.exclusions);
  if (plan.cells.empty()) top.problem("exclude", "together exclude every cell");
  read_further_cells(reading);
}

}  // namespace joulecast::lab
