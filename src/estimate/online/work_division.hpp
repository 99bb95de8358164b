// Divides what a training has done into the units that the forecast compares with each other.
//
// Three cases:
//   epochs, many of them        each is a unit (several where they are very short). Their validations are
//   part
//                               of them.
//   epochs, few of them         the inside of each is divided into units of a hundredth of the total work.
//   The
//                               blocks around an epoch's end are kept apart as its edge, because a validation
//                               or a checkpoint shows there: it comes once per epoch, whatever the steps
//                               cost.
//   no epochs known             units of a hundredth of the total work
// A report of more work than that is a unit of its own.
#pragma once

#include <vector>

#include "estimate/online/work_history.hpp"

namespace joulecast::estimate {

struct WorkDivision {
  struct Part {
    WorkBlock block;
    bool edge = false;  ///< the surroundings of an epoch's end
  };
  std::vector<Part> parts;
  std::vector<WorkBlock> epochs;  ///< whole ones, if parts are smaller
  /// Work of an epoch, if the parts' edges tell an epoch's end apart; 0 if they do not.
  double edge_every = 0;
  double since_edge = 0;   ///< work done since the last epoch's end
  double first_epoch = 0;  ///< work until the second epoch has shown its level; 0 if epochs are not known
  double work = 0;         ///< done so far
  /// Work of a unit after which something may be repeated: an epoch where they are known, else a small share
  /// of the total work.
  double cycle = 0;
};

/// epoch_work: the work of an epoch if it is known before the first one ends, else 0.
[[nodiscard]] WorkDivision divide(const WorkHistory& history, double total_work, double epoch_work);

}  // namespace joulecast::estimate
