// Bringing the machine to the state that a run should begin with: warm after a pause, cool after a run.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "lab/campaign/records.hpp"
#include "lab/execute/setup.hpp"
#include "lab/plan/plan.hpp"
#include "lab/runner/pause.hpp"

namespace joulecast::lab {

/// Told about once a second what is waited for, with the time that it may still take.
using WaitWatcher = std::function<void(const std::string& what, Seconds at_most_left)>;

/// Mean power of the machine as it is; nothing if nothing measures it, or the user does not want to wait.
[[nodiscard]] std::optional<Watts> measure_idle(Seconds duration, const std::vector<std::string>& gpus,
                                                Pause& pause);

/// Repeats the plan's warm-up command, or this run's, until the plan is content. Nothing that it does is
/// recorded as a run. `why` is "interrupted" if the user did not want to wait, and names the problem if the
/// command cannot be started or fails.
[[nodiscard]] WarmedUp warm_up(const WarmUp& wanted, const RunSetup& setup, Pause& pause,
                               const WaitWatcher& tell);

/// Why no run can begin: the command that prepares them (WarmUp::prepares) has not done so. Success for any
/// other warm-up, which the runs can do without, and for one that the user interrupted.
[[nodiscard]] Status check_prepared(const Plan& plan, const WarmedUp& warmed);

/// `idle`: what to come back to; nothing = not known: the longest time is then waited.
[[nodiscard]] CooledDown cool_down(const CoolDown& wanted, std::optional<Watts> idle,
                                   const std::vector<std::string>& gpus, Pause& pause,
                                   const WaitWatcher& tell);

}  // namespace joulecast::lab
