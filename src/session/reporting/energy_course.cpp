#include "session/reporting/energy_course.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {

Result<EnergyCourse> energy_course(const trace::Run& run, const std::optional<Joules>& budget,
                                   std::size_t most_points) {
  const auto total = trace::total_energy(run);
  if (!total) return propagate(total.error());
  if (total->size() < 2)
    return fail(ErrorKind::unavailable, run.info.id, "the run has too few readings for a course of time");
  const auto before = trace::value_at(*total, run.span.begin).value_or(0);
  EnergyCourse course;
  const auto span = run.span;
  const auto steps = std::min(most_points, total->size());
  for (std::size_t i = 0; i <= steps; ++i) {
    const auto at = span.begin + span.length() * (static_cast<double>(i) / static_cast<double>(steps));
    const auto value = trace::value_at(*total, at);
    if (!value) continue;
    course.times.push_back(at.value());
    course.joules.push_back(*value - before);
  }
  if (!budget) return course;
  for (std::size_t i = 0; i < total->size(); ++i)
    if (total->values[i] - before >= budget->value()) {
      course.budget_reached = total->times[i];
      break;
    }
  return course;
}

Result<std::optional<Joules>> budget_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto budget = parse_energy(text);
  if (!budget || !(*budget > Joules{0}))
    return fail_field("budget", "'{}' is not an energy with its unit, like 2kWh", text);
  return budget;
}

}  // namespace joulecast::session
