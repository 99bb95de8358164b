// Says what a training does to whoever measures it: a measurement in this process, or one that listens
// elsewhere. Every call is quick, never fails, and may come from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "measure/node_measurement.hpp"

namespace joulecast::python {

/// Work and totals of 0 or below are unknown.
class Teller {
 public:
  virtual ~Teller() = default;
  /// Returns the phase's number, by which it can be ended.
  std::uint64_t begin_phase(const std::string& name, const std::string& unit, double total_work);
  /// Of this number; nothing happens if it is over already, because another has begun.
  void end_phase(std::uint64_t number);
  [[nodiscard]] bool is_open(std::uint64_t phase) const { return phase == open_phase_; }
  virtual void progress(double work, double total_work) = 0;
  virtual void begin_epoch(int epoch) = 0;
  /// So much of the epoch is done, in steps.
  virtual void epoch_progress(int epoch, double work, double total_work) = 0;
  virtual void end_epoch(int epoch) = 0;
  virtual void metric(const std::string& name, double value) = 0;
  virtual void begin_window(const std::string& name) = 0;
  virtual void end_window(const std::string& name) = 0;

 private:
  virtual void tell_phase(const std::string& name, const std::string& unit, double total_work) = 0;
  virtual void tell_phase_end() = 0;

  std::atomic<std::uint64_t> phases_ = 0;
  std::atomic<std::uint64_t> open_phase_ = 0;  ///< 0 = none
};

/// For a measurement in this process, or in the rank of this node that measures. In a forked child it says
/// nothing.
[[nodiscard]] std::shared_ptr<Teller> teller_of(std::shared_ptr<measure::NodeMeasurement> measurement);

/// For the listener that $JOULECAST_SOCKET names, if there is one.
[[nodiscard]] std::shared_ptr<Teller> attached_teller();

/// For nobody.
[[nodiscard]] std::shared_ptr<Teller> silent_teller();

}  // namespace joulecast::python
