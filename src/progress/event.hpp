// What a training tells us while it runs, by the socket or by its output.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace joulecast::progress {

enum class EventKind {
  run_begin,    ///< training proper begins; may tell the totals
  epoch_begin,  ///< epoch `epoch` begins; the one before it, if any, ends
  epoch_end,    ///< epoch `epoch` ends
  metric,       ///< `name` = `value`, of `epoch` where said
  run_end,      ///< training proper ends
};

struct Event {
  EventKind kind = EventKind::metric;
  SteadyTime time;
  std::optional<int> epoch;            ///< as the training counts, from 0 or 1
  std::optional<double> total_epochs;  ///< where this event tells it
  std::optional<double> work;          ///< epoch_end: how much of total_work this epoch did
  std::optional<double> total_work;
  std::string name;  ///< metric
  double value = 0;  ///< metric
};

}  // namespace joulecast::progress
