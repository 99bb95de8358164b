// One measurement from beginning to end: sensors, messages of the training, the stored run, and limits. It
// can live inside any process: it starts no process, handles no signals and writes to no stream. Several may
// run at once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estimate/online/projector.hpp"
#include "measure/continuation.hpp"
#include "measure/limits.hpp"
#include "progress/event.hpp"
#include "progress/socket_server.hpp"
#include "sampling/recorder.hpp"
#include "sensors/support/sensor.hpp"
#include "trace/forecast_doubt.hpp"
#include "trace/run.hpp"

namespace joulecast::measure {

struct MeasurementOptions {
  /// What is known of the run beforehand: info (name, source, training), command, tags and place.
  trace::Run run;
  Seconds interval{1};               ///< how often to read the sensors: 1 ms to 1 h
  std::vector<std::string> sensors;  ///< sensors to use; empty = all that work
  /// How long prepare() waits for GPU drivers. Slower drivers join the run later.
  Seconds driver_patience{1};
  std::optional<std::filesystem::path> store;  ///< nothing = the user's own store
  /// How long finish() waits for a store that another program has locked. Then the run is kept in a spare
  /// one.
  Seconds store_patience{10};
  LimitOptions limits;
  /// Limits of all ranks of this node, as the rank that measured before knew them.
  std::vector<progress::KnownLimits> known_limits;
  bool a_rank_was_lost = false;  ///< the one that measured before: the training has failed
  ContinueOptions continues;
  bool keep_command = false;           ///< keep the command's arguments also where others can read the store
  std::optional<double> total_epochs;  ///< if the training does not tell
  std::optional<double> total_steps;   ///< the same, where it counts steps
  /// How often readings are taken from the sensors' threads and given to the store. If readings come about as
  /// often, they are taken as they come. A kill loses at most this time plus one sampling interval.
  Seconds tick{0.9};
  /// Returns the CPU time that measuring has used so far. Called at the end. Empty = unknown.
  std::function<Seconds()> own_cpu;
  /// Puts notes that name options of the command line into the host's words. Empty = they stay.
  std::function<std::string(std::string_view)> in_words;
};

/// The readings of both clocks at one moment. The moment of the start is second 0 of the run.
struct Moment {
  WallTime wall;
  SteadyTime steady;
};

struct Ending {
  trace::RunStatus status = trace::RunStatus::finished;
  std::optional<int> exit_status;  ///< if a command was measured
  std::optional<SteadyTime> at;    ///< nothing = now
  /// Somebody asked the work to end: it is then finished only if all of it was done.
  bool was_asked_to_end = false;
};

/// The state at the last tick.
struct Live {
  std::string run_id;  ///< "" until the store has the run, or if it cannot be stored
  Seconds elapsed{0};
  sampling::LiveEnergy energy;
  /// What the training used, and how long it took, in the runs that this one goes on with. The projection is
  /// that of the whole training.
  std::optional<Joules> earlier_energy;
  Seconds earlier{0};
  std::optional<int> epoch;
  std::optional<double> total_epochs;
  /// The phase that is counted now, with its work; nothing while no progress was recognised.
  std::optional<trace::Phase> phase;
  bool work_is_done = false;              ///< all that was announced, or that came of it; the run goes on
  bool exceeded = false;                  ///< more was done than was announced, so the total is not known
  trace::ForecastDoubt doubt{};           ///< why the forecast is not relied on
  std::map<std::string, double> metrics;  ///< the latest value of each metric
  /// Never below what has been used.
  std::optional<estimate::Projection> projection;
};

struct MeasurementResult {
  std::string run_id;             ///< "" if the run could not be stored
  std::filesystem::path store;    ///< empty if it does not have the whole run
  std::filesystem::path journal;  ///< in which the run then waits for it (store/journal_run.hpp)
  /// The live totals, which are available without a store.
  trace::RunEnergy energy;
  Seconds duration{0};
};

/// Receives the measurement's messages. Calls come from the measurement's own thread, one at a time. A call
/// that blocks delays the measurement. It may call hear(), note(), live() and
/// end_forecasts(), but no other method.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A loss that the user should know of at once, such as a store that fails. One line.
  virtual void trouble(const std::string& /*line*/) {}
  /// Something worth knowing that is no loss, such as the run that this one goes on with. One line.
  virtual void told(const std::string& /*line*/) {}
  /// A limit was reached, or cannot be watched. The host should do what the verdict says.
  virtual void limit_reached(const Limits::Verdict& /*verdict*/) {}
  virtual void ticked(const Live& /*live*/) {}
};

class Measurement {
 public:
  /// Opens the sensors and allocates everything that can fail. Readings begin here but are not stored yet.
  /// The objects that `environment` points to, and the observer, must outlive the measurement. invalid for an
  /// option out of its range (where = its name), or for an unknown sensor or GPU; retry if the system has no
  /// more threads or descriptors.
  [[nodiscard]] static Result<Measurement> prepare(MeasurementOptions options,
                                                   const sensors::Environment& environment,
                                                   std::optional<progress::SocketServer> socket = {},
                                                   Observer* observer = nullptr);
  Measurement(Measurement&&) noexcept;
  Measurement& operator=(Measurement&&) = delete;
  /// Closes an unfinished run as interrupted. After a fork, only the process that prepared the measurement
  /// has its thread. In the other process every call, including the destructor, does nothing.
  ~Measurement();

  /// Measures the mean power of the idle machine for this duration, or until `stop` returns true, and stores
  /// it with the run. Call before start(); invalid afterwards. Nothing if no sensor measures power.
  [[nodiscard]] Result<std::optional<Watts>> measure_idle(Seconds duration,
                                                          const std::function<bool()>& stop = {});

  /// Begins the run, now or at a moment just past. invalid if it has already begun.
  [[nodiscard]] Status start();
  [[nodiscard]] Status start(Moment at);

  /// Takes messages of the training. Any thread, at any time.
  void hear(std::vector<progress::Event> events);
  /// Watches these limits from the next tick on, instead of those that were set before. Any thread.
  void set_limits(LimitOptions limits);
  /// The host is ending the work: the present forecast stays the last one. Any thread.
  void end_forecasts();
  /// Adds a note for the reader of the run. Any thread, at any time before finish().
  void note(std::string text);
  /// The current state. Any thread, at any time.
  [[nodiscard]] Live live() const;

  /// The other ranks of this node that attached to the socket, for which see node_measurement.hpp.
  [[nodiscard]] std::vector<progress::AttachedRank> ranks() const;
  /// Says this to each of them that is there. Any thread.
  void tell_ranks(progress::RankOrder order);
  /// Returns once no other rank is there, or the time is over. Whether none is there.
  [[nodiscard]] bool wait_for_ranks(Seconds patience) const;
  /// Returns once another rank measures this node, and when that began, or once the time is over or no other
  /// rank is there.
  [[nodiscard]] std::optional<SteadyTime> wait_for_successor(Seconds patience) const;

  /// Reads the sensors, does the work of a tick, and returns when that is done, so that live() is of now.
  /// Waits for no slow driver, and at the beginning of a run at most a second for its store. Any thread.
  void tick();

  /// Takes the last readings, closes the run and returns its cost. invalid before start(), or if called
  /// twice.
  [[nodiscard]] Result<MeasurementResult> finish(Ending ending = {});

 private:
  class Worker;
  explicit Measurement(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

}  // namespace joulecast::measure
