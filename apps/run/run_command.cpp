#include "run/run_command.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

#include "base/text.hpp"
#include "measure/clock_watch.hpp"
#include "measure/host.hpp"
#include "measure/meters.hpp"
#include "measure/recording.hpp"
#include "measure/training.hpp"
#include "progress/output_recogniser.hpp"
#include "progress/socket_server.hpp"
#include "run/child.hpp"
#include "run/live_line.hpp"
#include "run/relay.hpp"

namespace joulecast::run {
namespace {

/// How often readings are taken over, shown and given to the store, however fast the sensors are: what a kill
/// can cost is this and the sync of the disk, and that is to stay below a second.
constexpr Seconds tick_period{0.9};
/// How long the command waits for the drivers of GPUs; slower ones join later.
constexpr Seconds driver_patience{1};

Seconds own_cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Seconds{seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

trace::Run header_of(const MeasureOptions& options) {
  trace::Run run;
  run.info.name = !options.name.empty() ? options.name
                                        : std::filesystem::path(options.command.front()).filename().string();
  run.info.source = "run";
  run.command = options.command;
  run.tags = options.tags;
  run.place = options.place;
  return run;
}

/// One measurement, from the moment in which the command waits at its gate.
class Measurement {
 public:
  Measurement(const MeasureOptions& options, const sensors::Environment& environment, Child child,
              progress::OutputRecogniser recogniser, std::optional<progress::SocketServer> socket,
              sensors::SensorSelection selection)
      : options_(options),
        environment_(environment),
        clock_(*environment.clock),
        child_(std::move(child)),
        recogniser_(std::move(recogniser)),
        socket_(std::move(socket)),
        screen_(!options.quiet && can_show_live_line()),
        meters_(std::move(selection), options.interval, clock_),
        limits_(options.limits) {}

  Result<MeasureResult> run(const SignalGuard& signals);

 private:
  void say(const std::string& line) { screen_.say("joulecast: " + line); }
  Result<std::optional<Watts>> measure_baseline(const SignalGuard& signals);
  void describe_machine();
  void take_late_sensors();
  void watch(const SignalGuard& guard);
  void take_signals(int signals);
  void tick(bool last);
  void check_limits();
  void show();
  void close();
  [[nodiscard]] trace::RunStatus status() const;
  [[nodiscard]] Seconds elapsed() const { return clock_.steady() - start_; }

  const MeasureOptions& options_;
  const sensors::Environment& environment_;
  const Clock& clock_;
  Child child_;
  progress::OutputRecogniser recogniser_;
  std::optional<progress::SocketServer> socket_;
  Screen screen_;
  SteadyTime start_;
  trace::Run header_;  ///< the run without what it measures, as the store last heard it
  measure::Meters meters_;
  measure::Limits limits_;
  std::optional<measure::Recording> recording_;
  std::optional<sampling::Recorder> recorder_;
  std::optional<measure::Training> training_;
  std::optional<measure::ClockWatch> clock_watch_;
  std::optional<int> exit_status_;
  SteadyTime end_;
  bool interrupted_ = false;
  Seconds reported_{0};
};

/// Mean power while nothing of the command runs yet.
Result<std::optional<Watts>> Measurement::measure_baseline(const SignalGuard& signals) {
  if (!options_.idle_baseline) return std::nullopt;
  say(fmt::format("measuring the idle machine for {}", to_text(*options_.idle_baseline)));
  const auto power = meters_.mean_power(*options_.idle_baseline, [&] { return signals.asked_to_end(); });
  if (signals.asked_to_end()) return fail(ErrorKind::gone, "run", "interrupted before the command began");
  if (!power) say("nothing measures the idle machine: no baseline");
  return power;
}

Result<MeasureResult> Measurement::run(const SignalGuard& signals) {
  meters_.sampler().start();
  const auto baseline = measure_baseline(signals);
  if (!baseline) return propagate(baseline.error());

  const auto wall = clock_.wall();
  start_ = clock_.steady();
  if (const auto released = child_.release(); !released) return propagate(released.error());

  header_ = header_of(options_);
  header_.started = wall;
  header_.idle_baseline = *baseline;
  describe_machine();
  recording_.emplace(options_.store, header_, meters_.channels());
  recorder_.emplace(meters_.sampler(), start_, *recording_);
  training_.emplace(start_, options_.total_epochs, recording_->writer());
  if (auto* writer = recording_->writer(); writer != nullptr)
    training_->when_total_is_learned([this, writer](double total, bool in_epochs) {
      header_.info.total_work = total;  // kept, so that an interrupted run can be projected later
      header_.info.work_unit = in_epochs ? "epoch" : "";
      writer->describe(header_);
    });
  clock_watch_.emplace(clock_);
  {
    Relay relay(child_.wiring(), screen_, [this](std::string_view bytes) {
      if (auto events = recogniser_.feed(bytes, clock_.steady()); !events.empty())
        training_->hear(std::move(events));
    });
    watch(signals);
    relay.finish();
    tick(/*last=*/true);
    screen_.clear();
  }
  close();

  MeasureResult result;
  result.exit_status = *exit_status_;
  result.run_id = recording_->id();
  result.store = recording_->path();
  result.energy = recorder_->live().energy;
  result.duration = end_ - start_;
  return result;
}

void Measurement::describe_machine() {
  header_.host = measure::describe_host(environment_, meters_.channels());
  if (header_.host.gpus.empty()) return;
  header_.info.training.gpu = header_.host.gpus.front();
  header_.info.training.gpu_count = static_cast<int>(header_.host.gpus.size());
}

/// A driver that needed longer than a command should wait for measures from now on.
void Measurement::take_late_sensors() {
  const auto known = meters_.channels().size();
  const auto names = meters_.take_late();
  if (names.empty()) return;
  recorder_->follow(meters_.sampler());
  recording_->add(std::span(meters_.channels()).subspan(known));
  describe_machine();
  auto* writer = recording_->writer();
  if (writer == nullptr) return;
  writer->describe(header_);
  for (const auto name : names)
    writer->note(
        fmt::format("{} measures from {} on: its driver took that long to answer", name, to_text(elapsed())));
}

void Measurement::watch(const SignalGuard& guard) {
  const int signals = ::signalfd(-1, &guard.taken(), SFD_CLOEXEC | SFD_NONBLOCK);
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  itimerspec schedule{};
  schedule.it_interval.tv_nsec = std::lround(tick_period.value() * 1e9);
  schedule.it_value = schedule.it_interval;
  ::timerfd_settime(timer, 0, &schedule, nullptr);

  pollfd waiting[3] = {
      {signals, POLLIN, 0}, {timer, POLLIN, 0}, {socket_ ? socket_->descriptor() : -1, POLLIN, 0}};
  take_signals(signals);  // a short command may have ended already
  while (!exit_status_) {
    if (::poll(waiting, 3, -1) < 0) continue;
    if (waiting[2].revents != 0) training_->hear(socket_->service(clock_));
    if (waiting[0].revents != 0) take_signals(signals);
    std::uint64_t ticks = 0;
    if (::read(timer, &ticks, sizeof ticks) == sizeof ticks && !exit_status_) tick(/*last=*/false);
  }
  ::close(timer);
  ::close(signals);
}

void Measurement::take_signals(int signals) {
  signalfd_siginfo info{};
  bool look = true;  // signals merge: the child may have ended before we watched
  while (::read(signals, &info, sizeof info) == sizeof info) {
    const int number = static_cast<int>(info.ssi_signo);
    if (number == SIGCHLD) {
      look = true;
    } else if (number == SIGWINCH) {
      child_.resize();
    } else {
      if (number != SIGUSR1 && number != SIGUSR2) interrupted_ = true;
      // What the terminal itself sends goes to the whole foreground group: the child has it already.
      const bool from_terminal = info.ssi_code == SI_KERNEL && !child_.wiring().own_session;
      if (!from_terminal) child_.send(number);
    }
  }
  if (!look) return;
  if (const auto exit_status = child_.reap()) {
    exit_status_ = exit_status;
    end_ = clock_.steady();
  }
}

void Measurement::tick(bool last) {
  if (last) {
    if (socket_) training_->hear(socket_->service(clock_));
    meters_.sampler().stop();
  }
  std::optional<store::RunWriter::Batch> one_commit;
  if (auto* writer = recording_->writer()) one_commit.emplace(*writer);
  recorder_->take(meters_.drain());
  if (!last) take_late_sensors();
  if (auto* writer = recording_->writer())
    for (const auto& note : clock_watch_->look()) writer->note(note);
  const measure::EnergyUntil energy_until = [this](Seconds time) { return recorder_->energy_until(time); };
  if (last) return training_->finish(end_, energy_until);
  training_->update(energy_until);
  for (const auto& trouble : recording_->take_trouble()) say(trouble);
  check_limits();
  show();
}

void Measurement::check_limits() {
  const auto verdict = limits_.check(recorder_->live().energy.total, *training_);
  if (!verdict) return;
  if (!verdict->end) return say(verdict->why);
  say(verdict->why + "; asking the command to end (SIGTERM)");
  if (auto* writer = recording_->writer()) writer->note("ended by joulecast: " + verdict->why);
  child_.send(SIGTERM);
}

void Measurement::show() {
  if (options_.quiet) return;
  const LiveState state{recorder_->live(),          elapsed(),
                        training_->current_epoch(), training_->total_epochs(),
                        training_->projection(),    options_.intensity};
  if (screen_.live()) return screen_.draw(live_line(state));
  if (elapsed() - reported_ < options_.report_every) return;
  reported_ = elapsed();
  say(live_line(state));
}

trace::RunStatus Measurement::status() const {
  if (interrupted_) return trace::RunStatus::interrupted;
  return *exit_status_ == 0 ? trace::RunStatus::finished : trace::RunStatus::failed;
}

void Measurement::close() {
  recorder_->finish();
  if (auto* writer = recording_->writer()) {
    for (const auto& fault : recorder_->faults()) writer->note(fault);
    if (const auto dropped = meters_.sampler().dropped(); dropped > 0)
      writer->note(fmt::format("{} readings were lost because joulecast was kept from running", dropped));
    if (training_->contradictions() > 0)
      writer->note(fmt::format("the training's word on its epochs contradicted itself {} times",
                               training_->contradictions()));
    if (socket_ && socket_->refused() > 0)
      writer->note(fmt::format("{} messages of the training were refused, the last one because: {}",
                               socket_->refused(), socket_->last_refusal()));
  }
  header_.sensors = meters_.statuses();
  header_.sampler_cpu = own_cpu_time();
  header_.status = status();
  header_.exit_status = exit_status_;
  header_.span.end = end_ - start_;
  (void)recording_->end(header_);  // what is not stored is told as trouble
  for (const auto& trouble : recording_->take_trouble()) say(trouble);
}

}  // namespace

Result<MeasureResult> measure(const MeasureOptions& options, sensors::Environment environment) {
  auto recogniser = progress::OutputRecogniser::create({options.epoch_regex});
  if (!recogniser) return propagate(recogniser.error());
  const SignalGuard signals;  // before any thread begins

  std::error_code ignored;
  std::optional<progress::SocketServer> socket;
  ChildOptions child_options{options.command, {}, options.watch_output};
  if (auto listening = progress::SocketServer::listen(std::filesystem::temp_directory_path(ignored))) {
    child_options.environment.emplace_back("JOULECAST_SOCKET", listening->path().string());
    socket.emplace(std::move(*listening));
  }
  auto child = Child::prepare(child_options, signals);
  if (!child) return propagate(child.error());
  environment.pid = child->pid();
  // Who wants a baseline waits for it anyway, and it is to hold the GPUs.
  const auto patience = std::max(driver_patience, options.idle_baseline.value_or(Seconds{0}));
  auto selection = sensors::open_sensors(environment, options.sensors, patience);
  if (!selection) return propagate(selection.error());
  return Measurement(options, environment, std::move(*child), std::move(*recogniser), std::move(socket),
                     std::move(*selection))
      .run(signals);
}

}  // namespace joulecast::run
