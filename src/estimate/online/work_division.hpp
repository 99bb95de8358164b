// Divides what a training has done into the units that the forecast compares with each other.
//
// Three cases:
//   epochs, many of them        each is a unit (several where they are very short). Their validations are
//   part
//                               of them.
//   epochs, few of them         the inside of each is divided into units of a hundredth of the total work.
//   The
//                               last block of an epoch and the first one of the next are kept apart as its
//                               edges, because a validation, a checkpoint or what is prepared first shows
//                               there: it comes once per epoch, whatever the steps cost.
//   no epochs known             units of a hundredth of the total work
// A report of more work than that is a unit of its own.
#pragma once

#include <vector>

#include "estimate/online/work_history.hpp"

namespace joulecast::estimate {

struct WorkDivision {
  enum class Place { inside, epoch_begin, epoch_end };
  struct Part {
    WorkBlock block;
    Place place = Place::inside;
  };
  std::vector<Part> parts;
  std::vector<WorkBlock> epochs;  ///< whole ones, if parts are smaller
  /// Work of an epoch, if its edges matter: the parts tell them apart, or will once one has ended. Else 0.
  double edge_every = 0;
  double since_edge = 0;    ///< work done since the last epoch's end
  bool awaits_end = false;  ///< an epoch has just ended, but not yet what its end costs
  WorkBlock first_block;    ///< what the first epoch began with, if its edges matter; empty if not
  double first_epoch = 0;   ///< work until the second epoch has shown its level; 0 if epochs are not known
  double work = 0;          ///< done so far
  /// Work of a unit after which something may be repeated: an epoch where they are known, else a small share
  /// of the total work.
  double cycle = 0;
};

/// epoch_work: the work of an epoch if it is known before the first one ends, else 0.
[[nodiscard]] WorkDivision divide(const WorkHistory& history, double total_work, double epoch_work);

}  // namespace joulecast::estimate
