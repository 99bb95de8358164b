// Says what a training does to whoever measures it: a measurement in this process, or one that listens
// elsewhere. Every call is quick, never fails, and may come from any thread.
#pragma once

#include <memory>
#include <string>

#include "measure/measurement.hpp"

namespace joulecast::python {

/// Work and totals of 0 or below are unknown.
class Teller {
 public:
  virtual ~Teller() = default;
  virtual void begin_phase(const std::string& name, const std::string& unit, double total_work) = 0;
  virtual void progress(double work, double total_work) = 0;
  virtual void begin_epoch(int epoch) = 0;
  /// So much of the epoch is done, in steps.
  virtual void epoch_progress(int epoch, double work, double total_work) = 0;
  virtual void end_epoch(int epoch) = 0;
  virtual void metric(const std::string& name, double value) = 0;
  virtual void begin_window(const std::string& name) = 0;
  virtual void end_window(const std::string& name) = 0;
};

/// For a measurement in this process. In a forked child it says nothing.
[[nodiscard]] std::shared_ptr<Teller> teller_of(std::shared_ptr<measure::Measurement> measurement);

/// For the listener that $JOULECAST_SOCKET names, if there is one.
[[nodiscard]] std::shared_ptr<Teller> attached_teller();

}  // namespace joulecast::python
