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

PlanLines lines_of(TableReader& top) {
  const auto line = [&](const char* key) { return top.any(key) != nullptr ? top.line_of(key) : 0; };
  return {line("name"), line("command"), line("folder"), line("energy_budget"), line("warm_up")};
}

void read_command(PlanReading& reading) {
  auto& [problem, top, plan] = reading;
  plan.lines = lines_of(top);
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

Status check_program(const Plan& plan, std::size_t line, std::string_view field, const std::string& name) {
  const bool path = name.find('/') != std::string::npos;
  const auto found = path ? (plan.folder / name).string() : run::find_program(name);
  std::error_code ignored;
  if (found.empty() || ::access(found.c_str(), F_OK) != 0)
    return fail(ErrorKind::invalid, plan.at(line), "{}: there is no program {}{}", field, name,
                path ? fmt::format(" in {}", plan.folder.string()) : " on the PATH");
  if (std::filesystem::is_directory(found, ignored) || ::access(found.c_str(), X_OK) != 0)
    return fail(ErrorKind::invalid, plan.at(line), "{}: {} cannot be executed", field, name);
  return {};
}

}  // namespace

const Environment* Plan::environment_of(const Cell& cell) const {
  const auto level = cell.levels.find(environment_factor);
  if (level == cell.levels.end()) return nullptr;
  for (const auto& environment : environments)
    if (environment.name == level->second) return &environment;
  return nullptr;
}

std::string Plan::at(std::size_t line) const {
  return line > 0 ? fmt::format("{}:{}", file.string(), line) : file.string();
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
  std::error_code ignored;
  if (!std::filesystem::is_directory(plan.folder, ignored))
    return fail(ErrorKind::invalid, plan.at(plan.lines.folder), "folder: {} is no folder",
                plan.folder.string());
  std::set<std::string> names;
  for (const auto& cell : plan.cells) {
    auto values = cell.levels;
    for (const auto* name : {"seed", "repetition", "output"}) values.emplace(name, "1");
    names.insert(filled(plan.command.front(), values));
  }
  for (const auto& name : names)
    if (const auto ok = check_program(plan, plan.lines.command, "command", name); !ok) return ok;
  if (!plan.warm_up || plan.warm_up->command.empty()) return {};
  return check_program(plan, plan.lines.warm_up, "warm_up.command", plan.warm_up->command.front());
}

}  // namespace joulecast::lab
