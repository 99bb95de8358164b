// Energy over time, against a budget.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// Energy used until each time, in seconds from the run's start.
struct EnergyCourse {
  std::vector<double> times;
  std::vector<double> joules;
  std::optional<double> budget_reached;  ///< when it had used up the budget
};

/// At most `most_points` + 1 points. unavailable if the run has no energy over time.
[[nodiscard]] Result<EnergyCourse> energy_course(const trace::Run& run, const std::optional<Joules>& budget,
                                                 std::size_t most_points = 600);

/// A budget as the user writes it, "2kWh"; "" = none. invalid, naming the field "budget", for another text.
[[nodiscard]] Result<std::optional<Joules>> budget_from(const std::string& text);

}  // namespace joulecast::session
