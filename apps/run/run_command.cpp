#include "run/run_command.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include "base/printable.hpp"
#include "base/roots.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/wake_up.hpp"
#include "carbon/intensity.hpp"
#include "measure/measurement.hpp"
#include "progress/output_recogniser.hpp"
#include "progress/socket_server.hpp"
#include "run/child.hpp"
#include "run/command_name.hpp"
#include "run/limit_command.hpp"
#include "run/live_line.hpp"
#include "run/live_mode.hpp"
#include "run/orphans.hpp"
#include "run/relay.hpp"
#include "run/tell.hpp"
#include "run/terminal_keys.hpp"

namespace joulecast::run {
namespace {

/// How long the command waits for GPU drivers. Slower drivers join the run later.
constexpr Seconds driver_patience{1};
constexpr Seconds longest_baseline{86400};
/// How long the rest of the output may take once somebody asked for the end. The relay goes on without us.
constexpr Seconds drain_patience{2};
/// How often a relay that was killed and cannot be replaced is tried again.
constexpr int relay_retry_ms = 1000;

Seconds own_cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Seconds{seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

measure::MeasurementOptions measurement_options(const MeasureOptions& options) {
  measure::MeasurementOptions wanted;
  wanted.run.info.name = options.name.empty() ? run_name_of(options.command) : options.name;
  wanted.run.info.source = "run";
  wanted.run.command = options.keep_arguments ? options.command : without_secrets(options.command);
  wanted.run.tags = options.tags;
  wanted.run.place = options.place;
  wanted.interval = options.interval;
  wanted.sensors = options.sensors;
  // If an idle baseline is measured the user waits anyway, and the baseline should include the GPUs.
  wanted.driver_patience = std::max(driver_patience, options.idle_baseline.value_or(Seconds{0}));
  wanted.store = options.store;
  wanted.limits = options.limits;
  wanted.total_epochs = options.total_epochs;
  wanted.total_steps = options.total_steps;
  wanted.own_cpu = own_cpu_time;
  return wanted;
}

/// Whether the command's output goes to a terminal, where Python does not hold it back.
bool writes_to_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

/// Opens the socket on which the training can report its epochs. Without it the training can still print
/// them.
Result<progress::SocketServer> listen_for_training() {
  const auto folder = temporary_directory();
  if (!folder) return propagate(folder.error());
  return progress::SocketServer::listen(*folder);
}

bool ends_a_process(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

/// Whether a command that was asked to end has done so by dying, or says that it did (as shells and Python
/// do).
bool ended_by_a_signal(int exit_status) {
  return exit_status == 128 + SIGKILL || (exit_status > 128 && ends_a_process(exit_status - 128));
}

/// Calls a step whose failure of any kind must not reach the command. Returns the reason.
template <class Step>
std::optional<std::string> failure_of(Step step) noexcept {
  try {
    step();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

/// One command, its measurement, and the terminal that they share. The measurement calls the observer's
/// methods on its own thread, the relay those of the listener. Everything else runs on the caller's thread.
class CommandRun final : public measure::Observer {
 public:
  CommandRun(const MeasureOptions& options, progress::OutputRecogniser recogniser, WakeUp wake_up)
      : options_(options), recogniser_(std::move(recogniser)), wake_up_(std::move(wake_up)) {}

  Status prepare(sensors::Environment environment);
  Result<MeasureResult> run();

  void trouble(const std::string& line) override { say(line); }
  void limit_reached(const measure::Limits::Verdict& verdict) override;
  void ticked(const measure::Live& live) override;

 private:
  void say(const std::string& line);
  void run_limit_command(const measure::Limits::Verdict& verdict);
  void find_intensity();
  Status start_relay();
  Status measure_idle();
  Status begin();
  void watch();
  /// Waits for the next event and deals with it.
  void take_events();
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
  const SignalGuard guard_;  ///< created before any thread
  const Clock* clock_ = nullptr;
  progress::OutputRecogniser recogniser_;
  WakeUp wake_up_;                                 ///< wakes watch() when end_asked_ is set
  std::atomic<bool> end_asked_ = false;            ///< a limit requires the command to end
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
  std::optional<measure::Measurement> measurement_;
  std::optional<int> exit_status_;
  SteadyTime end_;
  bool signalled_ = false;  ///< somebody asked the command to end
  bool ended_by_limit_ = false;
  std::optional<SteadyTime> drain_until_;
};

void CommandRun::say(const std::string& line) {
  const auto text = "joulecast: " + printable(line);
  if (relay_ && !relay_left_)
    relay_->say(text);
  else
    tell("{}\n", text);
}

Status CommandRun::prepare(sensors::Environment environment) {
  clock_ = environment.clock;
  auto signals = guard_.descriptor();
  if (!signals) return propagate(signals.error());
  signals_ = std::move(*signals);

  ChildOptions child_options{options_.command, {}, options_.watch_output};
  std::optional<progress::SocketServer> socket;
  auto listening = listen_for_training();
  if (listening) {
    child_options.environment.emplace_back("JOULECAST_SOCKET", listening->path().string());
    socket.emplace(std::move(*listening));
  }
  if (options_.watch_output && !options_.keep_buffering && !writes_to_terminal() &&
      ::getenv("PYTHONUNBUFFERED") == nullptr)
    child_options.environment.emplace_back("PYTHONUNBUFFERED", "1");
  if (options_.adopt_orphans) orphans_.emplace();
  auto child = Child::prepare(child_options, guard_);
  if (!child) return propagate(child.error());
  child_.emplace(std::move(*child));
  environment.pid = child_->pid();
  if (const auto started = start_relay(); !started) return started;
  find_intensity();

  auto measurement =
      measure::Measurement::prepare(measurement_options(options_), environment, std::move(socket), this);
  if (!measurement) return propagate(measurement.error());
  measurement_.emplace(std::move(*measurement));
  if (!listening)
    measurement_->note("the training cannot report through the socket: " + to_string(listening.error()));
  return {};
}

Status CommandRun::start_relay() {
  auto streams = child_->take_streams();
  live_ = options_.quiet ? LiveMode::off : choose_live_mode(options_.live, streams);
  terminal_stream_ = streams.out_is_terminal ? STDOUT_FILENO : STDERR_FILENO;
  columns_ = live_columns(terminal_stream_);
  if (streams.own_session) keys_ = TerminalKeys(streams.out.get());
  Listener listener;
  const auto tell_events = [this](std::vector<progress::Event> events) {
    if (!events.empty()) measurement_->hear(std::move(events));
  };
  listener.hear = [this, tell_events](int stream, std::string_view bytes, SteadyTime time) {
    tell_events(
        recogniser_.feed(bytes, time, stream == 0 ? progress::Stream::output : progress::Stream::error));
  };
  listener.settle = [this, tell_events] { tell_events(recogniser_.settle()); };
  auto relay = Relay::start(std::move(streams), live_, std::move(listener));
  if (!relay) return propagate(relay.error());
  relay_.emplace(std::move(*relay));
  return {};
}

/// An unknown place only means that emissions are missing. The run stores the place as given, and `show`
/// explains the reason too.
void CommandRun::find_intensity() {
  const auto& place = options_.place;
  if (!place.known()) return;
  const auto one = carbon::estimate(KilowattHours{1}, place, carbon::IntensityTable::read());
  if (one.mass)
    intensity_ = GramsPerKilowattHour{one.mass->value()};
  else
    say("energy only, no emissions: " + one.reason);
}

/// Measures mean power before the command starts.
Status CommandRun::measure_idle() {
  if (!options_.idle_baseline) return {};
  say(fmt::format("measuring the idle machine for {}", to_text(*options_.idle_baseline)));
  const auto power =
      measurement_->measure_idle(*options_.idle_baseline, [this] { return guard_.asked_to_end(); });
  if (!power) return propagate(power.error());
  if (guard_.asked_to_end()) return fail(ErrorKind::gone, "run", "interrupted before the command began");
  if (!*power) say("nothing measures the idle machine: no baseline");
  return {};
}

/// Everything that can fail was made before. From the release on, the command's exit status must be returned
/// whatever happens to the measurement.
Status CommandRun::begin() {
  relay_->resume();
  keys_.resume();
  const measure::Moment start{clock_->wall(), clock_->steady()};
  if (const auto released = child_->release(); !released) return released;
  if (const auto started = measurement_->start(start); !started)
    say("nothing is measured: " + to_string(started.error()));
  return {};
}

Result<MeasureResult> CommandRun::run() {
  if (const auto idle = measure_idle(); !idle) return propagate(idle.error());
  if (const auto begun = begin(); !begun) return propagate(begun.error());
  watch();
  return finish();
}

void CommandRun::watch() {
  take_signals();  // a short command may have ended already
  while (!is_over()) {
    if (const auto failure = failure_of([this] { take_events(); }))
      tell("joulecast: while the command ran: {}\n", *failure);
  }
}

bool CommandRun::is_over() const {
  if (!exit_status_) return false;
  return relay_->is_drained() || (drain_until_ && clock_->steady() >= *drain_until_);
}

int CommandRun::patience_ms() const {
  if (exit_status_ && drain_until_) {
    const auto left = (*drain_until_ - clock_->steady()).value() * 1e3;
    return std::max(0, static_cast<int>(left) + 1);
  }
  return relay_->descriptor() < 0 ? relay_retry_ms : -1;
}

void CommandRun::take_events() {
  std::array<pollfd, 6> waiting{{{signals_.get(), POLLIN, 0},
                                 {wake_up_.descriptor(), POLLIN, 0},
                                 {relay_->descriptor(), POLLIN, 0},
                                 {exit_status_ ? -1 : child_->news(), POLLIN, 0},
                                 keys_.input(),
                                 keys_.output()}};
  if (::poll(waiting.data(), waiting.size(), patience_ms()) < 0) return;
  if (waiting[1].revents != 0) wake_up_.clear();
  if (end_asked_.exchange(false)) {
    ended_by_limit_ = true;
    child_->send(SIGTERM);
  }
  if (waiting[2].revents != 0 || relay_->descriptor() < 0) relay_->take();
  if (relay_->took_terminal()) {
    keys_.resume();
    redraw();
  }
  keys_.move(waiting[4], waiting[5]);
  if (keys_.take_interrupt()) {
    signalled_ = true;
    if (exit_status_) drain_until_ = clock_->steady();
  }
  if (waiting[0].revents != 0 || waiting[3].revents != 0) take_signals();
}

void CommandRun::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) take_signal(info);
  if (orphans_) orphans_->reap(child_->command());
  if (exit_status_) return;
  // Tried each time, since signals merge and the child may have ended before watch() began.
  exit_status_ = child_->reap();
  if (child_->take_stop()) suspend();
  if (!exit_status_) return;
  end_ = clock_->steady();
  if (signalled_) drain_until_ = end_ + drain_patience;
  relay_->drain();
}

void CommandRun::take_signal(const signalfd_siginfo& info) {
  const int number = static_cast<int>(info.ssi_signo);
  // A signal from the terminal goes to the whole foreground group, so the child already has it.
  const bool child_has_it = info.ssi_code == SI_KERNEL && !child_->leads_session();
  if (number == SIGWINCH) {
    relay_->resize();
    return redraw();
  }
  if (number == SIGCONT) return resume();
  if (ends_a_process(number)) {
    signalled_ = true;
    if (exit_status_) drain_until_ = clock_->steady();
  }
  if (!child_has_it) child_->send(number);
  if (number == SIGTSTP && !child_->leads_session()) suspend();
}

/// Stops this job like the command, which was stopped by a key on its terminal or by a signal.
void CommandRun::suspend() {
  keys_.pause();
  relay_->suspend();
  if (child_->leads_session()) ::kill(0, SIGTSTP);  // what else is in this job, as by Ctrl-Z
  guard_.stop_here();
  resume();
}

void CommandRun::resume() {
  relay_->resume();
  keys_.resume();
  if (child_->leads_session()) child_->send(SIGCONT);
  redraw();
}

void CommandRun::redraw() {
  columns_ = live_columns(terminal_stream_);
  if (measurement_ && live_ != LiveMode::log && live_ != LiveMode::off)
    relay_->draw(live_line(measurement_->live(), intensity_, columns_));
}

void CommandRun::limit_reached(const measure::Limits::Verdict& verdict) {
  if (verdict.action == measure::OnLimit::command) return run_limit_command(verdict);
  if (verdict.action == measure::OnLimit::warn) return say(verdict.why);
  say(verdict.why + "; asking the command to end (SIGTERM)");
  measurement_->note("ended by joulecast: " + verdict.why);
  end_asked_ = true;
  wake_up_.set();
}

void CommandRun::run_limit_command(const measure::Limits::Verdict& verdict) {
  say(verdict.why + "; running " + options_.limits.command);
  const LimitOccasion occasion{verdict, measurement_options(options_).run.info.name, child_->command()};
  const auto started = start_limit_command(options_.limits.command, occasion);
  if (!started) say("the command of --on-limit cannot be run: " + to_string(started.error()));
}

void CommandRun::ticked(const measure::Live& live) {
  if (live_ == LiveMode::off) return;
  if (live_ != LiveMode::log) return relay_->draw(live_line(live, intensity_, columns_));
  if (live.elapsed - logged_ < options_.log_every) return;
  logged_ = live.elapsed;
  say(live_line(live, intensity_));
}

measure::Ending CommandRun::ending() const {
  using enum trace::RunStatus;
  auto status = *exit_status_ == 0 ? finished : failed;
  if (signalled_ && ended_by_a_signal(*exit_status_)) status = interrupted;
  if (ended_by_limit_) status = stopped;
  return {status, exit_status_, end_};
}

/// Lets go of the relay. Lines of ours are written here from now on.
void CommandRun::finish_relay() {
  const auto relayed = relay_->finish();
  relay_left_ = true;
  if (relayed.within_line && !options_.quiet) tell("\n");
  if (relayed.unheard > 0)
    measurement_->note(
        fmt::format("{} bytes of the output came faster than they could be read; epochs may be missing",
                    relayed.unheard));
  if (relayed.unwritten > 0) {
    const auto loss = fmt::format("{} bytes of the command's output could not be written: {}",
                                  relayed.unwritten, std::strerror(relayed.unwritten_errno));
    measurement_->note(loss);
    say(loss);
  }
  if (relayed.replaced > 0) measurement_->note("the process that passes the output on was killed");
}

/// A command that starts its work in the background and returns is not what the user meant to measure.
void CommandRun::tell_left_behind() {
  if (!orphans_) return;
  const auto names = orphans_->left(child_->command());
  if (names.empty()) return;
  const auto line = fmt::format(
      "{} that the command started in the background still run{} and {} not measured any more: {}",
      names.size() == 1 ? "a process" : fmt::format("{} processes", names.size()),
      names.size() == 1 ? "s" : "", names.size() == 1 ? "is" : "are", fmt::join(names, ", "));
  measurement_->note(line);
  say(line);
}

MeasureResult CommandRun::finish() {
  MeasureResult result;
  result.exit_status = *exit_status_;
  const auto failure = failure_of([&] {
    finish_relay();
    tell_left_behind();
    auto measured = measurement_->finish(ending());
    if (!measured) return say("what the command cost was lost: " + to_string(measured.error()));
    result.run_id = measured->run_id;
    result.store = measured->store;
    result.energy = std::move(measured->energy);
    result.duration = measured->duration;
  });
  if (failure) tell("joulecast: what the command cost was lost: {}\n", *failure);
  return result;
}

}  // namespace

Result<MeasureResult> measure(const MeasureOptions& options, sensors::Environment environment) {
  auto recogniser = progress::OutputRecogniser::create(
      {.epoch_regex = options.epoch_regex, .step_regex = options.step_regex});
  if (!recogniser) return propagate(recogniser.error());
  if (options.command.empty())
    return fail(ErrorKind::invalid, "run", "there is no command: joulecast run -- COMMAND");
  if (options.idle_baseline > longest_baseline)
    return fail_field("idle_baseline", "{} is longer than {}", to_text(*options.idle_baseline),
                      to_text(longest_baseline));
  auto wake_up = WakeUp::create();
  if (!wake_up) return propagate(wake_up.error());
  CommandRun run(options, std::move(*recogniser), std::move(*wake_up));
  if (const auto ready = run.prepare(std::move(environment)); !ready) return propagate(ready.error());
  return run.run();
}

}  // namespace joulecast::run
