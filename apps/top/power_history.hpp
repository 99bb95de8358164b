// The power of each running run at the latest looks, for its sparkline.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "session/runs/running_runs.hpp"

namespace joulecast::top {

class PowerHistory {
 public:
  using Series = std::deque<std::optional<Watts>>;

  /// Adds a look. Runs that are no longer there are forgotten.
  void add(const session::RunningRuns& runs);
  /// The latest last; empty for a run that is not known.
  [[nodiscard]] const Series& of(const std::string& id) const;

 private:
  std::map<std::string, Series> series_;
};

}  // namespace joulecast::top
