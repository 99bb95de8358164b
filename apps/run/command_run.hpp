// A command under measurement, from its start to its end. The parts are in command_run.cpp (before and after
// the command), command_run_events.cpp (while it runs) and command_run_screen.cpp (what is shown).
#pragma once

#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "base/wake_up.hpp"
#include "measure/node_measurement.hpp"
#include "progress/output_recogniser.hpp"
#include "run/child.hpp"
#include "run/last_resort.hpp"
#include "run/orphans.hpp"
#include "run/probe.hpp"
#include "run/relay.hpp"
#include "run/run_command.hpp"
#include "run/signals.hpp"
#include "run/terminal_keys.hpp"

namespace joulecast::run {

/// One command, its measurement, and the terminal that they share. The measurement calls the observer's
/// methods on its own thread, the relay those of the listener. Everything else runs on the caller's thread.
class CommandRun final : public measure::NodeObserver {
 public:
  CommandRun(const MeasureOptions& options, progress::OutputRecogniser recogniser, WakeUp wake_up)
      : options_(options), recogniser_(std::move(recogniser)), wake_up_(std::move(wake_up)) {}

  Status prepare(sensors::Environment environment);
  Result<MeasureResult> run();

  void trouble(const std::string& line) override { say(line); }
  void told(const std::string& line) override {
    if (!options_.quiet) say(line);
  }
  void limit_reached(const measure::Limits::Verdict& verdict) override;
  void ticked(const measure::Live& live) override;
  void asked_to_end(const std::string& why) override;

 private:
  /// As the user or the command gives it.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] measure::MeasurementOptions measurement_options() const;
  [[nodiscard]] measure::NodeOptions node_options(const sensors::Environment& environment) const;
  void say(const std::string& line);
  void run_limit_command(const measure::Limits::Verdict& verdict);
  void hear_limit_command();
  void ask_to_end(const std::string& why);
  void watch_probe(const measure::Live& live);
  void press_on();
  void end_if_too_long();
  void tell_metrics();
  void tell_outer_run();
  [[nodiscard]] Seconds grace() const;
  void signal_the_rest(int signal) const;
  [[nodiscard]] bool awaits_the_rest() const;
  void find_intensity();
  Status start_relay();
  Status measure_idle();
  Status begin();
  void watch();
  /// Waits for the next event and deals with it.
  void take_events();
  void drain();
  [[nodiscard]] int patience_ms() const;
  [[nodiscard]] bool is_over() const;
  void take_signals();
  void take_signal(const signalfd_siginfo& info);
  void suspend();
  void resume();
  void redraw();
  void finish_relay();
  void tell_left_behind();
  MeasureResult finish();
  [[nodiscard]] measure::Ending ending() const;

  const MeasureOptions& options_;
  const SignalGuard guard_;                ///< created before any thread
  std::optional<LastResort> last_resort_;  ///< outlives what may fail
  const Clock* clock_ = nullptr;
  progress::OutputRecogniser recogniser_;
  WakeUp wake_up_;                                 ///< wakes watch() when end_asked_ is set
  std::atomic<bool> end_asked_ = false;            ///< a limit or the probe requires the command to end
  std::mutex limit_command_mutex_;                 ///< it is started by another thread than reaps it
  std::optional<pid_t> limit_command_;             ///< while it runs
  std::optional<GramsPerKilowattHour> intensity_;  ///< for the live line
  LiveMode live_ = LiveMode::off;
  int terminal_stream_ = STDOUT_FILENO;  ///< where a live row or title is shown
  std::atomic<int> columns_ = 80;
  Seconds logged_{0};
  Descriptor signals_;
  std::optional<OrphanKeeper> orphans_;
  std::optional<Child> child_;
  TerminalKeys keys_;
  std::optional<Relay> relay_;
  std::atomic<bool> relay_left_ = false;  ///< our lines go to standard error directly
  std::optional<measure::NodeMeasurement> measurement_;
  /// The same, for the listener's thread, which is made before it.
  std::atomic<measure::NodeMeasurement*> heard_by_{nullptr};
  std::optional<int> exit_status_;
  SteadyTime end_;
  bool is_rank_ = false;         ///< one of several on this node, as its launcher says
  bool signalled_ = false;       ///< somebody asked the command to end,
  bool asked_to_end_ = false;    ///< and not only by closing its terminal
  std::string output_lost_;      ///< MeasureResult::output_lost
  bool ended_by_limit_ = false;  ///< or by the probe
  std::mutex probe_mutex_;       ///< the measurement's thread watches, another one reads
  ProbeState probe_;
  std::optional<PoliteEnd> ending_;  ///< of a probe's command, or of one that is supervised
  bool killed_ = false;              ///< it did not end within the grace time
  std::optional<SteadyTime> deadline_;
  bool timed_out_ = false;
  std::optional<SteadyTime> drain_until_;
};

}  // namespace joulecast::run
