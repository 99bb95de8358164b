#include "estimate/online/step_window.hpp"

namespace joulecast::estimate {

bool is_usable(const Plan& plan) {
  return plan.window > 0 && (plan.stabilising_unit >= 0 || plan.stabilising_unit == detect_stabilising);
}

Status StepWindow::observe(const WorkUnit& unit) {
  if (auto ok = check(unit); !ok) return ok;
  if (parts_ || broken_) return {};
  if (!unit.energy) {
    broken_ = true;
    return {};
  }
  const auto& last = until_.back();
  until_.push_back({last.work + unit.work, last.energy + *unit.energy, last.duration + unit.duration});
  rate_.add({unit.energy->value() / unit.work, unit.work});

  const int seen = static_cast<int>(until_.size()) - 1;
  int begin = stabilising_;
  if (begin == detect_stabilising) {
    if (rate_.doubtful() || rate_.units_in_regime() < window_) return {};
    begin = rate_.regime_begin();
  }
  const int end = begin + window_;
  if (seen < end) return {};
  const auto& from = until_[static_cast<std::size_t>(begin)];
  const auto& to = until_[static_cast<std::size_t>(end)];
  parts_ = Parts{from, {to.work - from.work, to.energy - from.energy, to.duration - from.duration}};
  return {};
}

}  // namespace joulecast::estimate
