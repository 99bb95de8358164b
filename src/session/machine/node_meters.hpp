// Reads every meter of this machine for as long as a program lives: what `joulecast exporter` serves. Whoever
// asks gets the latest state at once and never waits for a sensor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sensors/support/sensor.hpp"
#include "session/machine/node_state.hpp"

namespace joulecast::session {

struct NodeMetersOptions {
  Seconds interval{1};               ///< how often the sensors are read: 10 ms to 10 min
  std::vector<std::string> sensors;  ///< sensors to use; empty = all that work
  std::vector<std::string> gpus;     ///< by index or UUID; empty = those that a program may see
  /// How often a sensor that ended (a GPU that is lost, a driver that is loaded anew) is looked for again.
  Seconds look_again{30};
};

class NodeMeters {
 public:
  /// Opens the sensors and begins to read them on threads of its own. invalid for an option out of its range
  /// or an unknown sensor or GPU; retry if the system has no more threads. `environment` is copied; its clock
  /// must outlive the meters.
  [[nodiscard]] static Result<NodeMeters> start(const NodeMetersOptions& options,
                                                sensors::Environment environment);
  NodeMeters(NodeMeters&&) noexcept;
  NodeMeters& operator=(NodeMeters&&) = delete;
  /// Ends the reading. A thread that hangs in a driver is left behind.
  ~NodeMeters();

  /// Any thread, at any time.
  [[nodiscard]] std::shared_ptr<const NodeState> now() const;

 private:
  class Worker;
  explicit NodeMeters(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

}  // namespace joulecast::session
