#include "lab/campaign/state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/secrets.hpp"
#include "lab/plan/cells.hpp"

namespace joulecast::lab {
namespace {

void add(CampaignState& state, const CampaignBegun& record) {
  state.begun = record;
}
void add(CampaignState& state, const PlanUsed& record) {
  state.facts = record.facts;
}
void add(CampaignState& state, const SessionBegun& record) {
  state.sessions.push_back(record);
}
void add(CampaignState& state, const WarmedUp& record) {
  state.warm_ups.push_back(record);
}
void add(CampaignState& state, const CooledDown& record) {
  state.cool_downs.push_back(record);
}
void add(CampaignState& state, const RunBegun& record) {
  state.unclear.push_back(record);
}
void add(CampaignState& state, const RetryWished& record) {
  if (record.cells.empty()) state.retried = state.runs.size();
  for (const auto& cell : record.cells) state.retried_cells[cell] = state.runs.size();
}
void add(CampaignState& state, const RunEnded& record) {
  std::erase_if(state.unclear, [&](const RunBegun& begun) { return begun.place == record.place; });
  state.runs.push_back(record);
}

/// Variables may hold tokens: whether they have changed can be told without their values.
std::string mark_of(const std::string& text) {
  return make_cell({{"", text}}).id;
}

template <class T>
std::string text_of(const std::optional<T>& value) {
  return value ? fmt::format("{}", value->value()) : "";
}

}  // namespace

void add(CampaignState& state, const Record& record) {
  std::visit([&](const auto& one) { add(state, one); }, record);
}

CampaignState state_of(const std::vector<Record>& records) {
  CampaignState state;
  for (const auto& record : records) add(state, record);
  return state;
}

Standing::Standing(const Plan& plan, const CampaignState& state)
    : plan_(&plan), state_(&state), cells_(plan.cells.size()), repetitions_(plan.cells.size()) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) places_[plan.cells[i].id] = i;
  for (std::size_t i = 0; i < state.runs.size(); ++i) {
    const auto cell = state.retried_cells.find(state.runs[i].place.cell);
    count(state.runs[i], i < state.retried || (cell != state.retried_cells.end() && i < cell->second));
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) settle(i);
}

void Standing::take(const RunEnded& run) {
  count(run, /*retried=*/false);
  if (const auto place = places_.find(run.place.cell); place != places_.end()) settle(place->second);
}

RunPlace Standing::next_reference() const {
  RunPlace place{Role::reference, plan_->cells[plan_->reference->cell].id, 1, 1};
  for (const auto* run : references_) {
    if (run->outcome == Outcome::interrupted) continue;
    place.repetition = std::max(place.repetition, run->place.repetition + 1);
  }
  for (const auto* run : references_)
    if (run->place.repetition == place.repetition) ++place.attempt;
  return place;
}

Joules Standing::spent_between_runs() const {
  Joules sum{0};
  for (const auto& one : state_->warm_ups) sum = sum + one.energy.value_or(Joules{0});
  for (const auto& one : state_->cool_downs) sum = sum + one.energy.value_or(Joules{0});
  return sum;
}

Joules Standing::spent() const {
  return spent_ + spent_between_runs();
}

void Standing::count(const RunEnded& run, bool retried) {
  if (run.energy)
    spent_ = spent_ + *run.energy;
  else if (run.outcome != Outcome::not_started)
    ++without_energy_;
  if (run.place.role == Role::reference) {
    references_.push_back(&run);
    if (run.outcome != Outcome::interrupted) since_reference_ = 0;
    return;
  }
  const auto place = places_.find(run.place.cell);
  if (place == places_.end()) {
    strangers_ += run.outcome == Outcome::finished ? 1 : 0;
    return;
  }
  ++cells_[place->second].attempts;
  auto& repetition = repetitions_[place->second][run.place.repetition];
  ++repetition.all;
  if (run.outcome == Outcome::interrupted) return;
  if (since_reference_) ++*since_reference_;
  if (retried && run.outcome != Outcome::finished) return;
  ++repetition.attempts;
  // A repetition that is done stays done, whatever a later attempt has brought.
  if (repetition.last == nullptr || repetition.last->outcome != Outcome::finished) repetition.last = &run;
}

bool Standing::is_settled(const Repetition& repetition) const {
  if (repetition.last == nullptr) return false;
  if (repetition.last->outcome == Outcome::finished) return true;
  const auto& retry = plan_->retry;
  const bool again = std::ranges::find(retry.on, repetition.last->outcome) != retry.on.end();
  return !again || repetition.attempts > retry.times;
}

void Standing::settle(std::size_t index) {
  auto& cell = cells_[index];
  cell.finished.clear();
  cell.failed.clear();
  int failed_in_a_row = 0;
  for (const auto& [number, repetition] : repetitions_[index]) {
    if (!is_settled(repetition)) continue;
    const bool finished = repetition.last->outcome == Outcome::finished;
    (finished ? cell.finished : cell.failed).push_back(repetition.last);
    failed_in_a_row = finished ? 0 : failed_in_a_row + 1;
  }
  cell.given_up = plan_->give_up_after > 0 && failed_in_a_row >= plan_->give_up_after;
}

bool Standing::is_settled(std::size_t index, int repetition) const {
  const auto found = repetitions_[index].find(repetition);
  return found != repetitions_[index].end() && is_settled(found->second);
}

int Standing::next_attempt(std::size_t index, int repetition) const {
  const auto found = repetitions_[index].find(repetition);
  return found == repetitions_[index].end() ? 1 : found->second.all + 1;
}

PlanFacts facts_of(const Plan& plan) {
  PlanFacts facts;
  facts["command"] = fmt::format("{}", without_secrets(plan.command));
  facts["variables"] = mark_of(fmt::format("{}", plan.variables));
  facts["tags"] = fmt::format("{}", plan.tags);
  facts["timeout"] = text_of(plan.timeout);
  facts["seed"] = fmt::format("{}", plan.seed);
  facts["repetitions"] = fmt::format("{} to {}", plan.repetitions.at_least, plan.repetitions.at_most);
  facts["interval"] = fmt::format("{}", plan.progress.interval.value());
  for (const auto& environment : plan.environments)
    facts["environments." + environment.name] = fmt::format(
        "{} {} {} {} {} {}", environment.gpus, environment.cpus, text_of(environment.power_limit),
        mark_of(fmt::format("{}", environment.variables)), environment.partition, environment.constraint);
  if (plan.warm_up)
    facts["warm_up"] = fmt::format("{} {} {} {}", plan.warm_up->command, text_of(plan.warm_up->duration),
                                   plan.warm_up->steady.value_or(0), plan.warm_up->at_most.value());
  if (plan.cool_down)
    facts["cool_down"] = fmt::format("{} {} {}", text_of(plan.cool_down->duration),
                                     plan.cool_down->within.value_or(0), plan.cool_down->at_most.value());
  if (plan.reference)
    facts["reference"] = fmt::format("{} {} {}", plan.cells[plan.reference->cell].key, plan.reference->every,
                                     plan.reference->tolerance);
  for (const auto& metric : plan.metrics)
    facts["metrics." + metric.name] =
        fmt::format("{} {} {} {}", metric.regex, metric.file, metric.key, metric.progress);
  return facts;
}

std::vector<std::string> changed_facts(const PlanFacts& before, const PlanFacts& now) {
  std::set<std::string> keys;
  for (const auto& [key, value] : before)
    if (const auto found = now.find(key); found == now.end() || found->second != value) keys.insert(key);
  for (const auto& [key, value] : now)
    if (!before.contains(key)) keys.insert(key);
  return {keys.begin(), keys.end()};
}

}  // namespace joulecast::lab
