#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "lab/export/export.hpp"
#include "lab/plan/order.hpp"
#include "lab/slurm/batch.hpp"

namespace joulecast::lab {
namespace {

/// A string of Python. JSON's are strings of Python, too.
std::string python(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// Snakemake replaces what stands in braces.
std::string unbraced(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '{' || c == '}' ? std::string(2, c) : std::string(1, c);
  return result;
}

std::string resources_of(const Environment* environment) {
  std::string text = "    resources:\n        slurm_extra=\"--exclusive\"";
  if (environment != nullptr && !environment->partition.empty())
    text += ",\n        slurm_partition=" + python(environment->partition);
  if (environment != nullptr && !environment->constraint.empty())
    text += ",\n        constraint=" + python(environment->constraint);
  return text + "\n";
}

std::string rule_of(const Plan& plan, const Cell& cell, const TaskFolder& folder,
                    const std::string& program) {
  const auto output = unbraced((folder.results() / cell.id).string()) + "-{repetition}-1.json";
  const auto command = unbraced(fmt::format("{} lab task {} --cell {} --repetition ", quoted(program),
                                            quoted(plan.home.string()), cell.id)) +
                       "{wildcards.repetition}";
  return fmt::format(
             "\nrule cell_{}:  # {}\n"
             "    output: {}\n"
             "    wildcard_constraints: repetition=\"[0-9]+\"\n"
             "    threads: workflow.cores  # nothing else runs beside a measurement\n",
             cell.id, printable(cell.key), python(output)) +
         resources_of(plan.environment_of(cell)) + fmt::format("    shell: {}\n", python(command));
}

}  // namespace

std::string to_snakefile(const Plan& plan, const std::string& program) {
  const TaskFolder folder(plan.home);
  auto text = fmt::format(
      "# {}: written by joulecast lab export --snakemake. The plan, {}, is read again by each job.\n"
      "# snakemake --cores all   runs it here; joulecast lab collect takes the results in, which the last "
      "line\n"
      "# does as well.\n\n"
      "CELLS = [\n",
      printable(plan.name), printable(plan.home.string()));
  for (const auto cell : order_of_block(plan, 1)) text += fmt::format("    \"{}\",\n", plan.cells[cell].id);
  text += fmt::format(
      "]\n"
      "RESULTS = [{} + f\"/{{cell}}-{{repetition}}-1.json\" for repetition in range(1, {}) for cell in "
      "CELLS]\n\n"
      "rule all:\n"
      "    input: RESULTS\n",
      python(folder.results().string()), plan.repetitions.at_least + 1);
  for (const auto& cell : plan.cells) text += rule_of(plan, cell, folder, program);
  const auto collect = fmt::format("{} lab collect {}", quoted(program), quoted(plan.home.string()));
  return text + fmt::format("\nonsuccess:\n    shell({})\n", python(unbraced(collect)));
}

}  // namespace joulecast::lab
