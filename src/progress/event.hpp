// What a training reports while it runs, through the socket or in its output.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace joulecast::progress {

enum class EventKind {
  run_begin,    ///< the training itself begins; may give the totals
  epoch_begin,  ///< epoch `epoch` begins; the one before it, if any, ends
  epoch_end,    ///< epoch `epoch` ends
  /// `name` = `value`; belongs to `epoch` if that is given.
  metric,
  run_end,  ///< the training itself ends
};

struct Event {
  EventKind kind = EventKind::metric;
  SteadyTime time;
  std::optional<int> epoch;            ///< as the training counts, from 0 or 1
  std::optional<double> total_epochs;  ///< if this event gives it
  std::optional<double> work;          ///< epoch_end: how much of total_work this epoch did
  std::optional<double> total_work;
  std::string name;  ///< metric
  double value = 0;  ///< metric
};

}  // namespace joulecast::progress
