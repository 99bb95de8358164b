// One measurement from its first to its last moment: sensors, what the training tells, the stored run,
// limits. It lives beside whatever else the process does: it starts no process, takes no signals, writes to
// no stream, and several may run at once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "estimate/online/projector.hpp"
#include "measure/limits.hpp"
#include "progress/event.hpp"
#include "progress/socket_server.hpp"
#include "sampling/recorder.hpp"
#include "sensors/support/sensor.hpp"
#include "trace/run.hpp"

namespace joulecast::measure {

struct MeasurementOptions {
  /// What is known of the run beforehand: info (name, source, training), command, tags, place.
  trace::Run run;
  Seconds interval{1};               ///< how often to read the sensors: 1 ms to 1 h
  std::vector<std::string> sensors;  ///< only these; empty = every one that works
  /// How long prepare() waits for the drivers of GPUs; slower ones join later.
  Seconds driver_patience{1};
  std::optional<std::filesystem::path> store;  ///< nothing = the user's own
  LimitOptions limits;
  std::optional<double> total_epochs;  ///< where the training does not tell
  /// How often readings are taken over and given to the store, however fast the sensors are. What a kill can
  /// cost is this and the sync of the disk, and that is to stay below a second.
  Seconds tick{0.9};
  /// CPU time that measuring has cost so far, asked for at the end. Empty = not known.
  std::function<Seconds()> own_cpu;
};

/// Both clocks at one moment: second 0 of a run.
struct Moment {
  WallTime wall;
  SteadyTime steady;
};

struct Ending {
  trace::RunStatus status = trace::RunStatus::finished;
  std::optional<int> exit_status;  ///< where a command was measured
  std::optional<SteadyTime> at;    ///< nothing = now
};

/// How things stood at the last tick.
struct Live {
  std::string run_id;  ///< "" until the store has the run, or where it cannot be kept
  Seconds elapsed{0};
  sampling::LiveEnergy energy;
  std::optional<int> epoch;
  std::optional<double> total_epochs;
  std::map<std::string, double> metrics;  ///< the latest of each name
  std::optional<estimate::Projection> projection;
};

struct MeasurementResult {
  std::string run_id;  ///< "" where the run could not be kept
  std::filesystem::path store;
  trace::RunEnergy energy;  ///< the live sums, for when there is no store to ask
  Seconds duration{0};
};

/// What a measurement tells its host, on the measurement's own thread and one call at a time. A call that
/// blocks holds up the measurement. It may call hear(), note() and live(), and nothing else.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A loss that people should hear of at once, such as a store that takes no more. One line.
  virtual void trouble(const std::string& /*line*/) {}
  /// A limit was reached. To end the work, where the verdict says so, is the host's business.
  virtual void limit_reached(const Limits::Verdict& /*verdict*/) {}
  virtual void ticked(const Live& /*live*/) {}
};

class Measurement {
 public:
  /// Opens the sensors and makes all that can fail; readings are taken from now on, and none is kept yet.
  /// What `environment` points to, and the observer, outlive the measurement. invalid for an option out of
  /// its range (where = its name), or where a sensor or GPU of that name does not exist; retry where the
  /// system gives no more threads or descriptors.
  [[nodiscard]] static Result<Measurement> prepare(MeasurementOptions options,
                                                   const sensors::Environment& environment,
                                                   std::optional<progress::SocketServer> socket = {},
                                                   Observer* observer = nullptr);
  Measurement(Measurement&&) noexcept;
  Measurement& operator=(Measurement&&) = delete;
  /// Closes a run that was not finished as interrupted. After a fork, only the process that prepared the
  /// measurement has its thread. In the other process every call, the destructor included, does nothing.
  ~Measurement();

  /// Before start(): mean power of the idle machine, measured for so long or until `stop` says true. It is
  /// kept with the run. Nothing where nothing measures it; invalid after start().
  [[nodiscard]] Result<std::optional<Watts>> measure_idle(Seconds duration,
                                                          const std::function<bool()>& stop = {});

  /// The run begins, now or at a moment just past. invalid the second time.
  [[nodiscard]] Status start();
  [[nodiscard]] Status start(Moment at);

  /// What the training tells. Any thread, at any time.
  void hear(std::vector<progress::Event> events);
  /// Something that a reader of the run has to know. Any thread, at any time before finish().
  void note(std::string text);
  /// Any thread, at any time.
  [[nodiscard]] Live live() const;

  /// Does now what is otherwise done every tick, and returns when it is done. Any thread.
  void tick();

  /// Takes the last readings, closes the run, and returns what it cost. invalid before start() or the second
  /// time.
  [[nodiscard]] Result<MeasurementResult> finish(Ending ending = {});

 private:
  class Worker;
  explicit Measurement(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

}  // namespace joulecast::measure
