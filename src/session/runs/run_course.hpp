// What the parts of a run cost: its phases, its windows, and its steps.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "trace/energy.hpp"
#include "trace/run.hpp"
#include "trace/work_parts.hpp"

namespace joulecast::session {

/// All windows of one name. Where they overlap, the time and the energy count once.
struct WindowTotal {
  std::string name;
  std::size_t count = 0;
  Seconds duration{0};
  std::optional<Joules> energy;  ///< nothing if no reading covers any of them
  bool complete = true;  ///< false if no reading covers some of them: the energy is that of the others
};

/// Energy per unit of work, over all phases whose work is known in this unit and whose energy is known.
struct WorkCost {
  std::optional<Joules> per_1000_steps;
  std::optional<Joules> per_sample;
  std::optional<Joules> per_million_tokens;
};

struct RunCourse {
  /// Of each phase, as the training calls it; the second of a name is "NAME 2".
  std::vector<std::string> phase_names;
  std::vector<std::optional<Joules>> phase_energy;
  std::vector<std::optional<Joules>> window_energy;
  std::vector<WindowTotal> windows;  ///< by energy, the largest first
  WorkCost cost;
  std::vector<trace::WorkPart> parts;
  std::vector<std::optional<Joules>> part_energy;
};

/// Of each phase; see RunCourse::phase_names.
[[nodiscard]] std::vector<std::string> names_of_phases(const trace::Run& run);

/// Samples and tokens follow from steps where the batch size (of the record or a tag) and the tag
/// `sequence_length` say how many a step has.
[[nodiscard]] RunCourse course_of(const trace::Run& run);

}  // namespace joulecast::session
