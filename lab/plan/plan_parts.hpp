// The parts of a plan, each read from its own keys. For read_plan.cpp alone.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lab/plan/plan.hpp"
#include "lab/plan/table_reader.hpp"

namespace joulecast::lab {

/// What a plan's parts are read with.
struct PlanReading {
  PlanProblem& problem;
  TableReader& top;
  Plan& plan;
};

/// Environments, factors, exclusions and further cells, and the cells that follow from them.
void read_cells(PlanReading& reading);
/// How often, in which order, how long, and at what cost.
void read_rules(PlanReading& reading);
void read_temperature(PlanReading& reading);  ///< warm-up and cool-down
void read_failures(PlanReading& reading);     ///< retry, out_of_memory, disk_full
void read_results(PlanReading& reading);      ///< collect, metrics, progress, reference

/// Variables with names that a process's environment can hold.
std::map<std::string, std::string> read_variables(TableReader& table);
/// The placeholders of every template against the factors, and the factors against the placeholders.
void check_templates(PlanReading& reading);
/// The cell that a table names by a level of each factor; nothing, with the problem told, if it names none.
std::optional<Levels> read_levels(PlanReading& reading, TableReader& table);

}  // namespace joulecast::lab
