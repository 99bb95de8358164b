#include "estimate/online/work_division.hpp"

#include <algorithm>

namespace joulecast::estimate {
namespace {

// Shares of the total work.
constexpr double unit_share = 0.01;
constexpr double early_share = 0.05;         // while less is done, so that a start-up shows, units are
constexpr double early_unit_share = 0.0025;  // at most this,
constexpr double early_units = 20;           // and this part of what is done; but
constexpr Seconds shortest_unit{1};          // no meter tells shorter ones apart
constexpr double smallest_share = 0.005;     // a report of at least this much is a unit of its own
constexpr double unknown_cycle = 0.003;      // assumed where no epochs are known
constexpr double many_epochs = 0.025;        // an epoch is no longer than this if there are many
constexpr int enough_epochs = 3;             // fewer whole epochs say less than their insides
constexpr double well_into_second = 1.2;     // epochs, after which the second has shown its level
constexpr double rounding = 1 - 1e-9;        // reports add up to a unit only within rounding

using Place = WorkDivision::Place;

/// Collects blocks into units of at least `size`.
class Collector {
 public:
  Collector(WorkDivision& division, double size) : division_(division), size_(size * rounding) {}

  void add(const WorkBlock& block, double own) {
    if (block.work >= own * rounding) finish();
    open_ += block;
    if (open_.work >= size_) emit();
  }
  /// Ends the unit under way. One that is less than half full is joined to the unit before it, since it would
  /// be mostly noise.
  void finish() {
    if (open_.work <= 0) return;
    if (open_.work < size_ / 2 && !division_.parts.empty() && division_.parts.back().place == Place::inside) {
      division_.parts.back().block += open_;
      open_ = {};
    } else {
      emit();
    }
  }
  [[nodiscard]] const WorkBlock& open() const { return open_; }
  void add_edge(const WorkBlock& block, Place place) {
    finish();
    division_.parts.push_back({block, place});
  }
  void emit() {
    if (open_.work > 0) division_.parts.push_back({open_, Place::inside});
    open_ = {};
  }

 private:
  WorkDivision& division_;
  double size_;
  WorkBlock open_;
};

/// Work of a unit that is no epoch. However small a share of a long training was seen, there are units to
/// compare.
double unit_size(const WorkHistory& history, double total_work) {
  const double done = history.work();
  if (done >= early_share * total_work) return unit_share * total_work;
  const double shortest = done * (shortest_unit / history.duration());
  return std::min(std::max(done / early_units, shortest), early_unit_share * total_work);
}

void divide_evenly(const WorkHistory& history, double total_work, WorkDivision& division) {
  Collector units(division, unit_size(history, total_work));
  for (const auto& block : history.blocks()) units.add(block, smallest_share * total_work);
  if (division.parts.empty()) units.finish();
  division.open = units.open();
}

void divide_by_epochs(const WorkHistory& history, double total_work, WorkDivision& division) {
  const double least = std::min(smallest_share * total_work, unit_size(history, total_work));
  WorkBlock open;
  for (const auto& block : history.blocks()) {
    open += block;
    if (block.epoch_ends == 0 || open.work < least * rounding) continue;
    division.parts.push_back({open, Place::inside});
    open = {};
  }
  if (history.awaits_evaluation() && division.parts.size() > 1) division.parts.pop_back();
  if (division.parts.empty() && open.work > 0) division.parts.push_back({open, Place::inside});
}

void divide_within_epochs(const WorkHistory& history, double total_work, WorkDivision& division) {
  Collector units(division, unit_size(history, total_work));
  bool after_end = false;
  for (const auto& block : history.blocks()) {
    if (block.epoch_ends > 0)
      units.add_edge(block, Place::epoch_end);
    else if (after_end)
      units.add_edge(block, Place::epoch_begin);
    else
      units.add(block, smallest_share * total_work);
    after_end = block.epoch_ends > 0;
  }
  if (after_end && history.awaits_evaluation()) division.parts.pop_back();
  if (division.parts.empty()) units.finish();
  division.open = units.open();
}

void tell_edges(const WorkHistory& history, double epoch, WorkDivision& division) {
  division.edge_every = epoch;
  division.since_edge = history.work() - history.work_at_epoch_end();
  division.awaits_end = history.awaits_evaluation();
  if (!history.blocks().empty() && history.blocks().front().epoch_ends == 0)
    division.first_block = history.blocks().front();
}

std::vector<WorkBlock> whole_epochs(const WorkHistory& history) {
  std::vector<WorkBlock> epochs;
  WorkBlock open;
  for (const auto& block : history.blocks()) {
    open += block;
    if (block.epoch_ends == 0) continue;
    epochs.push_back(open);
    open = {};
  }
  if (history.awaits_evaluation() && !epochs.empty()) epochs.pop_back();
  return epochs;
}

}  // namespace

WorkDivision divide(const WorkHistory& history, double total_work, double epoch_work) {
  WorkDivision division;
  const double told = std::min(epoch_work, total_work);  // a number of steps may end the first epoch early
  const double epoch = history.epochs() > 0 ? history.work_at_epoch_end() / history.epochs() : told;
  division.cycle = epoch > 0 ? epoch : unknown_cycle * total_work;
  division.first_epoch = well_into_second * epoch;
  division.work = history.work();
  const bool many = epoch <= many_epochs * total_work;
  if (epoch <= 0 || history.epochs() == 0) {
    divide_evenly(history, total_work, division);
    if (epoch > 0 && !many) tell_edges(history, epoch, division);
  } else if (!history.sees_within_epochs() || (many && history.epochs() >= enough_epochs)) {
    divide_by_epochs(history, total_work, division);
  } else if (many) {
    divide_evenly(history, total_work, division);
  } else {
    divide_within_epochs(history, total_work, division);
    division.epochs = whole_epochs(history);
    tell_edges(history, epoch, division);
  }
  return division;
}

}  // namespace joulecast::estimate
