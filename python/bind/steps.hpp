// Iterates over something and says how far it is: `for batch in run.steps(loader)`.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "bind/teller.hpp"

namespace joulecast::python {

/// How far a loop came. It outlives the loop, without what the loop went over.
struct StepCount {
  double done = 0;
  double total = 0;  ///< 0 = unknown
  bool exhausted = false;
  bool left = false;  ///< before its end, and its phase ended with it
};

/// Counts a step when the next one is asked for, or when there is none. Adds some tens of nanoseconds to a
/// step.
class Steps {
 public:
  /// `attend` is called between two steps when `attention` is true; without an `attention` every two seconds
  /// or so. `epoch`: the steps belong to it, else to the phase. `phase`: ends with the loop; 0 = none.
  Steps(nanobind::iterator items, std::shared_ptr<Teller> teller, std::optional<int> epoch, double total,
        double done_before, std::uint64_t phase, std::shared_ptr<const std::atomic<bool>> attention,
        nanobind::object attend);

  ~Steps();
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;

  /// A new reference, or nullptr at the end or with a Python error set.
  [[nodiscard]] PyObject* next();
  [[nodiscard]] const std::shared_ptr<StepCount>& count() const { return count_; }
  void visit(visitproc visitor, void* context, int& result) const;
  void clear();

 private:
  void tell() const;
  void end_phase() const;
  [[nodiscard]] bool is_time_to_tell();
  [[nodiscard]] bool is_time_to_attend();

  nanobind::object items_;
  std::shared_ptr<Teller> teller_;
  std::optional<int> epoch_;
  std::shared_ptr<StepCount> count_;
  std::uint64_t phase_;
  bool begun_ = false;
  std::int64_t told_ns_ = 0;
  std::int64_t attended_ns_ = 0;
  std::shared_ptr<const std::atomic<bool>> attention_;
  nanobind::object attend_;
};

}  // namespace joulecast::python
