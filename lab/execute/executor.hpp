// Carries out one run and tells what became of it.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "lab/campaign/records.hpp"
#include "lab/execute/setup.hpp"
#include "measure/measurement.hpp"

namespace joulecast::lab {

struct RunWishes {
  std::optional<Joules> at_most;  ///< what is left of the energy budget: the run is ended there
  std::function<void(const measure::Live& live)> ticked;  ///< from any thread
};

struct Executed {
  RunEnded record;
  bool asked_to_end = false;  ///< the user wants the campaign to end here
  bool over_budget = false;   ///< the run was ended at RunWishes::at_most
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Returns when the run has ended, whatever way. An Error means that no run of this campaign can be made,
  /// such as a power limit that may not be set.
  [[nodiscard]] virtual Result<Executed> run(const RunSetup& setup, const RunWishes& wishes) = 0;
};

}  // namespace joulecast::lab
