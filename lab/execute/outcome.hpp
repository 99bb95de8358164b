// How a run ended, from all that was seen of its end.
#pragma once

#include <optional>
#include <string>

#include "lab/plan/plan.hpp"

namespace joulecast::lab {

struct EndSeen {
  int exit_status = 0;  ///< as a shell has it: 128 + signal where one has killed it
  bool timed_out = false;
  bool asked_to_end = false;     ///< by the user
  bool over_budget = false;      ///< ended by the energy budget
  std::string memory_sign = {};  ///< what its output said; "" = nothing
  std::string disk_sign = {};
  bool kernel_killed = false;  ///< the kernel killed a process for lack of memory meanwhile
};

struct Judgement {
  Outcome outcome = Outcome::finished;
  std::string reason;  ///< one line; "" where there is nothing to say
};

/// A run that ended with status 0 by itself is finished, whatever its output said: it may have caught the
/// error. One that was asked to end is not, for it may have saved what it had and ended well.
[[nodiscard]] Judgement judge(const EndSeen& end, const Plan& plan);

}  // namespace joulecast::lab
