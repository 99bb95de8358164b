// The work of a measurement, without its thread: every method is called by one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "measure/clock_watch.hpp"
#include "measure/measurement.hpp"
#include "measure/meters.hpp"
#include "measure/recording.hpp"
#include "measure/training.hpp"

namespace joulecast::measure {

/// What came from other threads since the last tick.
struct Heard {
  std::vector<progress::Event> events;
  std::vector<std::string> notes;
};

class Engine {
 public:
  Engine(MeasurementOptions options, sensors::Environment environment, sensors::SensorSelection selection,
         std::optional<progress::SocketServer> socket, Observer* observer);

  /// Lets the sensors read from now on. retry where there are no threads for them.
  [[nodiscard]] Status begin_sampling() { return meters_.sampler().start(); }
  /// Mean power for so long, or until `stop`; nothing where nothing measures it. Before begin().
  std::optional<Watts> measure_idle(Seconds duration, const std::function<bool()>& stop);

  /// The run begins: opens its record.
  void begin(Moment at);
  /// Takes over what was read and heard, stores it, and holds it against the limits.
  void tick(Heard heard);
  /// Takes over the rest and closes the run.
  void finish(Heard heard, const Ending& ending);

  /// -1 where there is no socket. Readable when the socket has something to tell.
  [[nodiscard]] int socket_descriptor() const { return socket_ ? socket_->descriptor() : -1; }
  [[nodiscard]] std::vector<progress::Event> hear_socket();

  [[nodiscard]] Live live() const;
  [[nodiscard]] MeasurementResult result() const;
  [[nodiscard]] const Clock& clock() const { return *environment_.clock; }

 private:
  /// The record, or what keeps nothing.
  [[nodiscard]] trace::RunSink& sink();
  [[nodiscard]] store::RunWriter* writer() { return recording_ ? recording_->writer() : nullptr; }
  void tell_trouble();
  void describe_machine();
  void open_record();
  void take_over(Heard heard);
  void take_late_sensors();
  void follow_training(const std::function<void(Training&)>& step);
  void check_limits();
  void note_losses();

  MeasurementOptions options_;
  sensors::Environment environment_;
  std::optional<progress::SocketServer> socket_;
  Observer nobody_;
  Observer* observer_;
  Meters meters_;
  Limits limits_;
  SteadyTime start_;
  trace::Run header_;  ///< the run without what it measures, as the store last heard it
  trace::NullSink nowhere_;
  std::unique_ptr<Recording> recording_;  ///< none where it could not even be tried
  std::optional<sampling::Recorder> recorder_;
  std::optional<Training> training_;
  std::optional<ClockWatch> clock_watch_;
  Seconds duration_{0};
  bool follows_training_ = true;
};

}  // namespace joulecast::measure
