#include "lab/results/board_source.hpp"

#include "lab/results/campaign_facts.hpp"
#include "lab/runner/resume.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::lab {

Result<session::BoardSource> board_source(const Plan& plan, const std::string& store) {
  const auto known = known_state(plan, store);
  if (!known) return propagate(known.error());
  const auto& state = *known;
  const Standing standing(plan, state);
  auto table = table_of_results(plan, standing);
  if (!table) return propagate(table.error());
  const auto facts = facts_of_runs(plan, standing, "", plan.cost);
  if (!facts) return propagate(facts.error());
  session::BoardSource source{std::move(*table), {}, facts->metric, {}};
  for (const auto& factor : plan.factors)
    if (factor.levels.size() > 1) source.keys.push_back(factor.name);
  const auto& url = store.empty() && state.begun ? state.begun->store : store;
  const auto opened = session::open_store(url, store::Access::read);
  if (!opened && !store.empty()) return propagate(opened.error());
  for (std::size_t i = 0; i < plan.cells.size(); ++i)
    for (const auto* run : standing.cell(i).finished) {  // the order of table_of_results()
      auto& courses = source.courses.emplace_back();
      if (!opened || run->run_id.empty()) continue;
      if (const auto stored = (*opened)->summary(run->run_id)) courses = session::quality_courses(*stored);
    }
  return source;
}

}  // namespace joulecast::lab
