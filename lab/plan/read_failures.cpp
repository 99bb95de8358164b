#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "lab/plan/plan_parts.hpp"

namespace joulecast::lab {
namespace {

using Kind = TomlNode::Kind;

struct OutcomeName {
  Outcome outcome;
  std::string_view name;
};
constexpr std::array outcome_names{
    OutcomeName{Outcome::finished, "finished"},
    OutcomeName{Outcome::failed, "failed"},
    OutcomeName{Outcome::timeout, "timeout"},
    OutcomeName{Outcome::killed, "killed"},
    OutcomeName{Outcome::out_of_memory, "out-of-memory"},
    OutcomeName{Outcome::disk_full, "disk-full"},
    OutcomeName{Outcome::interrupted, "interrupted"},
    OutcomeName{Outcome::not_started, "not-started"},
};

constexpr int most_retries = 100;
constexpr int highest_exit_status = 255;

void read_signs(PlanReading& reading, const char* key, FailureSigns& signs) {
  const auto* node = reading.top.table(key);
  if (node == nullptr) return;
  TableReader table(reading.problem, *node, key);
  if (const auto* list = table.list("exit_status"))
    for (const auto& item : list->list) {
      if (item.kind == Kind::integer && item.integer > 0 && item.integer <= highest_exit_status)
        signs.exit_status.push_back(static_cast<int>(item.integer));
      else
        table.problem("exit_status", "must be a list of numbers from 1 to 255");
    }
  if (table.any("output") != nullptr) signs.output = table.texts("output");
  for (const auto& pattern : signs.output)
    if (const RE2 regex(pattern, RE2::Quiet); !regex.ok())
      table.problem("output", fmt::format("has an expression that cannot be read: {}", regex.error()));
  signs.usual = table.boolean("usual").value_or(true);
  table.finish();
}

void read_retry(PlanReading& reading) {
  const auto* node = reading.top.table("retry");
  if (node == nullptr) return;
  TableReader table(reading.problem, *node, "retry");
  auto& retry = reading.plan.retry;
  retry.times = static_cast<int>(table.whole("times", 0, most_retries).value_or(1));
  retry.wait = table.wait("wait").value_or(retry.wait);
  if (table.any("on") != nullptr) {
    std::vector<std::string> known;
    for (const auto& [outcome, name] : outcome_names)
      if (outcome != Outcome::finished && outcome != Outcome::interrupted) known.emplace_back(name);
    retry.on.clear();
    for (const auto& word : table.texts("on")) {
      const auto outcome = outcome_from(word);
      if (outcome && std::ranges::find(known, word) != known.end())
        retry.on.push_back(*outcome);
      else
        table.problem("on", fmt::format("\"{}\" is no kind of failure{}", word, did_you_mean(word, known)));
    }
  }
  table.finish();
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  return std::ranges::find(outcome_names, outcome, &OutcomeName::outcome)->name;
}

std::optional<Outcome> outcome_from(std::string_view name) {
  const auto* const found = std::ranges::find(outcome_names, name, &OutcomeName::name);
  return found == outcome_names.end() ? std::nullopt : std::optional(found->outcome);
}

void read_failures(PlanReading& reading) {
  read_retry(reading);
  read_signs(reading, "out_of_memory", reading.plan.out_of_memory);
  read_signs(reading, "disk_full", reading.plan.disk_full);
}

}  // namespace joulecast::lab
