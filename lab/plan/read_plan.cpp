#include "lab/plan/read_plan.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "base/files.hpp"
#include "lab/plan/plan_parts.hpp"
#include "lab/plan/template.hpp"
#include "run/program_file.hpp"

namespace joulecast::lab {
namespace {

constexpr std::uint64_t largest_plan = 16 << 20;

void read_command(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  plan.name = top.text("name").value_or(plan.file.stem().string());
  if (const auto* command = top.any("command"); command != nullptr && command->kind == TomlNode::Kind::text)
    top.problem("command", "must be a list of words, [\"python\", \"train.py\", …], since no shell reads it");
  plan.command = top.texts("command");
  if (!plan.command.empty() && plan.command.front().empty())
    top.problem("command", "has an empty first word");
  plan.folder = (plan.home.parent_path() / top.text("folder").value_or("")).lexically_normal();
  plan.variables = read_variables(top);
  plan.tags = top.pairs("tags");
  // Each run gets these of its own: they would overwrite the plan's, and without them the journal could not
  // be made anew from the store.
  for (const auto* name : {"campaign", "campaign_plan", "cell", "repetition", "attempt", "outcome", "role"})
    if (plan.tags.contains(name))
      top.problem("tags",
                  fmt::format("{} is what a campaign calls its runs by; give the tag another name", name));
}

void check_required(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  if (plan.factors.empty())
    problem.add(0, "factors", "is missing: what is varied, [factors] with a list of levels each");
  if (plan.command.empty()) problem.add(0, "command", "is missing: the words that start a run");
  if (top.any("repetitions") == nullptr)
    problem.add(0, "repetitions", "is missing: how often each cell is run, 30 or {min = 5, max = 30}");
}

Result<Plan> read(std::string_view text, const std::filesystem::path& file, PlanProblem& problem) {
  const auto tree = parse_toml(text, file.string());
  if (!tree) return propagate(tree.error());
  TableReader top(problem, *tree, "");
  Plan plan;
  plan.file = file;
  std::error_code error;  // where the working folder is gone, the file is none that could be read either
  plan.home = std::filesystem::absolute(file, error).lexically_normal();
  PlanReading reading{problem, top, plan};
  read_command(reading);
  read_cells(reading);
  read_rules(reading);
  read_temperature(reading);
  read_failures(reading);
  read_results(reading);
  top.finish();
  check_required(reading);
  if (!problem.found()) check_templates(reading);
  if (problem.found()) return propagate(*problem.error());
  return plan;
}

}  // namespace

const Environment* Plan::environment_of(const Cell& cell) const {
  const auto level = cell.levels.find(environment_factor);
  if (level == cell.levels.end()) return nullptr;
  for (const auto& environment : environments)
    if (environment.name == level->second) return &environment;
  return nullptr;
}

Result<Plan> parse_plan(std::string_view text, const std::filesystem::path& file) {
  PlanProblem problem(file.string());
  return read(text, file, problem);
}

std::map<std::string, std::vector<std::string>> plan_keys(std::string_view text) {
  PlanProblem problem("");
  (void)read(text, "plan.toml", problem);
  return problem.keys();
}

Result<Plan> read_plan(const std::filesystem::path& file) {
  const auto text = read_file(file, largest_plan);
  if (!text) return propagate(text.error());
  return parse_plan(*text, file);
}

Status check_programs(const Plan& plan) {
  const auto where = plan.file.string();
  std::error_code ignored;
  if (!std::filesystem::is_directory(plan.folder, ignored))
    return fail(ErrorKind::invalid, where, "folder: {} is no folder", plan.folder.string());
  std::set<std::string> names;
  for (const auto& cell : plan.cells) {
    auto values = cell.levels;
    for (const auto* name : {"seed", "repetition", "output"}) values.emplace(name, "1");
    names.insert(filled(plan.command.front(), values));
  }
  if (plan.warm_up && !plan.warm_up->command.empty()) names.insert(plan.warm_up->command.front());
  for (const auto& name : names) {
    const bool path = name.find('/') != std::string::npos;
    const auto found = path ? (plan.folder / name).string() : run::find_program(name);
    if (found.empty() || ::access(found.c_str(), F_OK) != 0)
      return fail(ErrorKind::invalid, where, "command: there is no program {}{}", name,
                  path ? fmt::format(" in {}", plan.folder.string()) : " on the PATH");
    if (std::filesystem::is_directory(found, ignored) || ::access(found.c_str(), X_OK) != 0)
      return fail(ErrorKind::invalid, where, "command: {} cannot be executed", name);
  }
  return {};
}

}  // namespace joulecast::lab
