// The measurement of a node that several ranks of one launch share. A node has one energy, so one of its
// ranks measures all of it (Meeting), and the others attach: what they hear of the training counts for the
// same run. Where the rank that measures ends or dies before the others, another one goes on in a segment
// of the same training (segment.hpp); in the first case without a gap.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "measure/measurement.hpp"

namespace joulecast::measure {

class NodeObserver : public Observer {
 public:
  /// The rank that measures asks the commands of all ranks to end, because of a limit. Comes from a thread of
  /// the measurement, as all other calls do.
  virtual void asked_to_end(const std::string& /*why*/) {}
};

class Rank;

struct NodeOptions {
  MeasurementOptions measurement;
  std::string given_name;    ///< by the user, and not made up; "" = none
  std::string within;        ///< tells apart meetings of one launch
  std::string outer_socket;  ///< of a measurement that the launch is part of; "" = none
};

class NodeMeasurement {
 public:
  /// As Measurement::prepare(). A process that is not one of several ranks measures, as always. Ranks meet
  /// in the folder of their sockets.
  [[nodiscard]] static Result<NodeMeasurement> prepare(NodeOptions options,
                                                       const sensors::Environment& environment,
                                                       std::optional<progress::SocketServer> socket,
                                                       NodeObserver* observer);
  NodeMeasurement(NodeMeasurement&&) noexcept;
  NodeMeasurement& operator=(NodeMeasurement&&) = delete;
  ~NodeMeasurement();

  /// Whether this process measures; another rank may leave that to it later.
  [[nodiscard]] bool measures() const;

  // See Measurement. A rank that is attached measures no idle power, keeps no notes, and has no live state
  // beyond the id of its run.
  [[nodiscard]] Result<std::optional<Watts>> measure_idle(Seconds duration,
                                                          const std::function<bool()>& stop);
  [[nodiscard]] Status start(Moment at);
  void hear(std::vector<progress::Event> events);
  void set_limits(LimitOptions limits);
  void end_forecasts();
  void note(std::string text);
  [[nodiscard]] Live live() const;
  void tick();
  /// Asks the commands of all other ranks to end, where this one measures.
  void end_others(const std::string& why);

  /// This rank's command has ended, and what is left of its output is still to come: where another rank
  /// leaves the measurement now, there is nothing to take over. Any thread.
  void work_has_ended();

  /// Ends this rank's part. If it measures and others still run, it goes on measuring for at most two
  /// seconds, in which most launches end, and then leaves the node to one of them. A rank that has failed
  /// or was asked to end waits half a second: its launcher ends the others once it knows. The result of an
  /// attached rank has the id and the store of its run, and no energy.
  [[nodiscard]] Result<MeasurementResult> finish(Ending ending);

 private:
  explicit NodeMeasurement(std::unique_ptr<Rank> rank);
  std::unique_ptr<Rank> rank_;
};

}  // namespace joulecast::measure
