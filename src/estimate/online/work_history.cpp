#include "estimate/online/work_history.hpp"

namespace joulecast::estimate {
namespace {

constexpr double evaluation_share = 0.02;  // of an epoch's time, at least

}  // namespace

std::optional<double> WorkBlock::energy_rate() const {
  if (measured_work <= 0) return std::nullopt;
  return energy.value() / measured_work;
}

WorkBlock& WorkBlock::operator+=(const WorkBlock& other) {
  work += other.work;
  duration += other.duration;
  measured_work += other.measured_work;
  energy += other.energy;
  epoch_ends += other.epoch_ends;
  return *this;
}

bool WorkHistory::last_is_open() const {
  return !blocks_.empty() && blocks_.back().work < resolution_ &&
         (epochs_joined_ || blocks_.back().epoch_ends == 0);
}

void WorkHistory::add(const WorkBlock& block) {
  if (last_is_open())
    blocks_.back() += block;
  else
    blocks_.push_back(block);
  work_ += block.work;
  duration_ += block.duration;
  lasted_longer_ = false;
  ++reports_;
  epochs_ += block.epoch_ends;
  if (block.epoch_ends > 0) work_at_epoch_end_ = work_;
  if (blocks_.size() > most_blocks) join_neighbours();
}

void WorkHistory::end_epoch(Seconds duration, std::optional<Joules> energy) {
  if (blocks_.empty()) return;
  auto& last = blocks_.back();
  last.duration += duration;
  if (energy) last.energy += *energy;
  duration_ += duration;
  if (work_at_epoch_end_ == work_) {
    lasted_longer_ = lasted_longer_ || duration > Seconds{0};
    ends_are_early_ = ends_are_early_ || duration > evaluation_share * (duration_ / epochs_);
    return;
  }
  lasted_longer_ = false;
  ++last.epoch_ends;
  ++epochs_;
  work_at_epoch_end_ = work_;
}

std::vector<WorkBlock> WorkHistory::joined(bool across_epochs) const {
  std::vector<WorkBlock> result;
  bool paired = true;
  for (const auto& block : blocks_) {
    const bool joins = !paired && (across_epochs || result.back().epoch_ends == 0);
    if (joins)
      result.back() += block;
    else
      result.push_back(block);
    paired = joins;
  }
  return result;
}

void WorkHistory::join_neighbours() {
  auto fewer = joined(epochs_joined_);
  if (!epochs_joined_ && fewer.size() > most_blocks * 3 / 4) {
    epochs_joined_ = true;
    fewer = joined(true);
  }
  blocks_ = std::move(fewer);
  resolution_ = work_ / (most_blocks / 2.0);
}

}  // namespace joulecast::estimate
