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
#include "run/orphans.hpp"
#include "run/relay.hpp"
#include "run/screen.hpp"

namespace joulecast::run {
namespace {

/// How long the command waits for GPU drivers. Slower drivers join the run later.
constexpr Seconds driver_patience{1};
constexpr Seconds longest_baseline{86400};

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
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  if (error) return fail(ErrorKind::unavailable, "TMPDIR", "{}", error.message());
  return progress::SocketServer::listen(folder);
}

/// One command, its measurement, and the terminal that they share. The measurement calls the observer's
/// methods on its own thread. Everything else runs on the caller's thread.
class CommandRun final : public measure::Observer {
 public:
  CommandRun(const MeasureOptions& options, progress::OutputRecogniser recogniser, WakeUp wake_up)
      : options_(options),
        recogniser_(std::move(recogniser)),
        wake_up_(std::move(wake_up)),
        screen_(!options.quiet && can_show_live_line()) {}

  Status prepare(sensors::Environment environment);
  Result<MeasureResult> run();

  void trouble(const std::string& line) override { say(line); }
  void limit_reached(const measure::Limits::Verdict& verdict) override;
  void ticked(const measure::Live& live) override;

 private:
  void say(const std::string& line) { screen_.say("joulecast: " + line); }
  void run_limit_command(const measure::Limits::Verdict& verdict);
  void find_intensity();
  Status measure_idle();
  Status begin();
  void watch();
  void take_signals();
  void take_signal(const signalfd_siginfo& info);
  [[nodiscard]] measure::Ending ending() const;

  const MeasureOptions& options_;
  const SignalGuard guard_;  ///< created before any thread
  const Clock* clock_ = nullptr;
  progress::OutputRecogniser recogniser_;
  WakeUp wake_up_;                       ///< wakes watch() when end_asked_ is set
  std::atomic<bool> end_asked_ = false;  ///< a limit requires the command to end
  Screen screen_;
  std::optional<GramsPerKilowattHour> intensity_;  ///< for the live line
  Seconds reported_{0};
  Descriptor signals_;
  std::optional<OrphanKeeper> orphans_;
  std::optional<Child> child_;
  std::optional<measure::Measurement> measurement_;
  std::optional<Relay> relay_;
  std::optional<int> exit_status_;
  SteadyTime end_;
  bool interrupted_ = false;
  bool stopped_ = false;  ///< a limit ended the command
};

Status CommandRun::prepare(sensors::Environment environment) {
  clock_ = environment.clock;
  find_intensity();
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

  auto measurement =
      measure::Measurement::prepare(measurement_options(options_), environment, std::move(socket), this);
  if (!measurement) return propagate(measurement.error());
  measurement_.emplace(std::move(*measurement));
  if (!listening)
    measurement_->note("the training cannot report through the socket: " + to_string(listening.error()));
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

Status CommandRun::begin() {
  RelayHost host;
  host.pass = [this](int to, std::string_view bytes) { return screen_.pass(to, bytes); };
  host.listen = [this](std::string_view bytes) {
    if (auto events = recogniser_.feed(bytes, clock_->steady()); !events.empty())
      measurement_->hear(std::move(events));
  };
  auto relay = Relay::start(child_->take_streams(), std::move(host));
  if (!relay) return propagate(relay.error());
  relay_.emplace(std::move(*relay));
  const measure::Moment start{clock_->wall(), clock_->steady()};
  if (const auto released = child_->release(); !released) return released;
  return measurement_->start(start);
}

Result<MeasureResult> CommandRun::run() {
  if (const auto idle = measure_idle(); !idle) return propagate(idle.error());
  if (const auto begun = begin(); !begun) return propagate(begun.error());
  watch();
  relay_->finish();
  measurement_->hear(recogniser_.settle());
  auto measured = measurement_->finish(ending());
  relay_.reset();
  screen_.clear();
  MeasureResult result;
  result.exit_status = *exit_status_;
  if (!measured) {
    say("what the command cost was lost: " + to_string(measured.error()));
    return result;
  }
  result.run_id = measured->run_id;
  result.store = measured->store;
  result.energy = std::move(measured->energy);
  result.duration = measured->duration;
  return result;
}

void CommandRun::watch() {
  pollfd waiting[2] = {{signals_.get(), POLLIN, 0}, {wake_up_.descriptor(), POLLIN, 0}};
  take_signals();  // a short command may have ended already
  while (!exit_status_) {
    if (::poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) wake_up_.clear();
    if (end_asked_.exchange(false)) {
      child_->send(SIGTERM);
      stopped_ = true;
    }
    if (waiting[0].revents != 0) take_signals();
  }
}

void CommandRun::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) take_signal(info);
  exit_status_ =
      // tried each time, since signals merge and the child may have ended before watch() began
      child_->reap();
  if (exit_status_) end_ = clock_->steady();
  if (orphans_) orphans_->reap(child_->pid());
}

void CommandRun::take_signal(const signalfd_siginfo& info) {
  const int number = static_cast<int>(info.ssi_signo);
  if (number == SIGWINCH) return relay_->resize();
  if (number != SIGUSR1 && number != SIGUSR2) interrupted_ = true;
  // A signal from the terminal goes to the whole foreground group, so the child already has it.
  const bool from_terminal = info.ssi_code == SI_KERNEL && !child_->leads_session();
  if (!from_terminal) child_->send(number);
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
  const LimitOccasion occasion{verdict, measurement_options(options_).run.info.name, child_->pid()};
  const auto started = start_limit_command(options_.limits.command, occasion);
  if (!started) say("the command of --on-limit cannot be run: " + to_string(started.error()));
}

void CommandRun::ticked(const measure::Live& live) {
  if (options_.quiet) return;
  if (screen_.live()) return screen_.draw(live_line(live, intensity_));
  if (live.elapsed - reported_ < options_.report_every) return;
  reported_ = live.elapsed;
  say(live_line(live, intensity_));
}

measure::Ending CommandRun::ending() const {
  const auto ended = *exit_status_ == 0 ? trace::RunStatus::finished : trace::RunStatus::failed;
  const auto cut_short = stopped_ ? trace::RunStatus::stopped : trace::RunStatus::interrupted;
  return {stopped_ || interrupted_ ? cut_short : ended, exit_status_, end_};
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
