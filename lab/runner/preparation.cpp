#include "lab/runner/preparation.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>

#include "base/result.hpp"
#include "base/text.hpp"
#include "lab/runner/background.hpp"
#include "lab/runner/steadiness.hpp"
#include "session/machine/node_meters.hpp"

namespace joulecast::lab {
namespace {

constexpr Seconds between_looks{1};
constexpr Seconds between_readings{0.5};

/// The machine's meters, if there are any.
class Meters {
 public:
  explicit Meters(const std::vector<std::string>& gpus) {
    session::NodeMetersOptions options;
    options.interval = between_readings;
    options.gpus = gpus;
    if (auto started = session::NodeMeters::start(options, sensors::real_environment()))
      meters_.emplace(std::move(*started));
  }
  [[nodiscard]] std::shared_ptr<const session::NodeState> now() const {
    return meters_ ? meters_->now() : nullptr;
  }

 private:
  std::optional<session::NodeMeters> meters_;
};

std::optional<Watts> power_of(const std::shared_ptr<const session::NodeState>& state) {
  return state ? state->power : std::nullopt;
}

/// Nothing if nothing measures anything.
std::optional<Joules> energy_of(const Meters& meters) {
  const auto state = meters.now();
  if (!state || state->meters.empty()) return std::nullopt;
  return state->total;
}

void take(Steadiness& steadiness, const Meters& meters, Seconds time) {
  const auto state = meters.now();
  if (!state) return;
  if (state->power) steadiness.add_power(time, *state->power);
  for (const auto& gauge : state->gauges)
    if (gauge.quantity == trace::Quantity::temperature)
      steadiness.add_temperature(time, fmt::format("{} {}", trace::name_of(gauge.component), gauge.device),
                                 gauge.value);
}

/// Repeats a command, or runs one that prepares something once.
class Heater {
 public:
  Heater(const WarmUp& wanted, const RunSetup& setup) : only_once_(wanted.prepares()) {
    command_.words = wanted.command.empty() ? setup.command : wanted.command;
    command_.variables = setup.variables;
    command_.folder = setup.folder;
    command_.log = setup.output / output_log;
  }

  /// Begins again where the command has ended. False, with the reason, if that has no use.
  bool keep_going(std::string& why) {
    int status = 0;
    if (running_ && !running_->has_ended(status)) return true;
    if (running_ && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
      why = fmt::format("the warm-up command failed; see {}", command_.log.string());
      return false;
    }
    if (running_ && only_once_) {
      why = "once";
      return false;
    }
    running_.reset();
    auto started = Background::start(command_);
    if (!started) why = "the warm-up command cannot be started: " + to_string(started.error());
    if (started) running_.emplace(std::move(*started));
    return running_.has_value();
  }

 private:
  BackgroundCommand command_;
  std::optional<Background> running_;
  bool only_once_;
};

}  // namespace

std::optional<Watts> measure_idle(Seconds duration, const std::vector<std::string>& gpus, Pause& pause) {
  const Meters meters(gpus);
  double sum = 0;
  int count = 0;
  const auto& clock = system_clock();
  for (const auto since = clock.steady(); clock.steady() - since < duration;) {
    if (!pause.wait(std::min(between_looks, duration))) return std::nullopt;
    const auto power = power_of(meters.now());
    if (!power) continue;
    sum += power->value();
    ++count;
  }
  return count > 0 ? std::optional(Watts{sum / count}) : std::nullopt;
}

WarmedUp warm_up(const WarmUp& wanted, const RunSetup& setup, Pause& pause, const WaitWatcher& tell) {
  const auto& clock = system_clock();
  const auto gpus = setup.environment != nullptr ? setup.environment->gpus : std::vector<std::string>{};
  const Meters meters(gpus);
  Steadiness steadiness(wanted.window);
  Heater heater(wanted, setup);
  WarmedUp record;
  record.why = "time";
  const auto since = clock.steady();
  const auto limit = wanted.duration.value_or(wanted.at_most);
  for (;;) {
    const auto passed = clock.steady() - since;
    if (passed >= limit || !heater.keep_going(record.why)) break;
    take(steadiness, meters, passed);
    if (wanted.steady && steadiness.is_steady(*wanted.steady, wanted.steady_kelvin)) {
      record.why = "steady";
      break;
    }
    if (tell) tell("warming up", limit - passed);
    if (!pause.wait(std::min(between_looks, limit - passed))) {
      record.why = "interrupted";
      break;
    }
  }
  record.duration = clock.steady() - since;
  record.at = clock.wall();
  record.power = steadiness.power_slope();
  record.temperature = steadiness.temperature_change();
  record.energy = energy_of(meters);
  return record;
}

Status check_prepared(const Plan& plan, const WarmedUp& warmed) {
  if (!plan.warm_up || !plan.warm_up->prepares() || warmed.why == "once" || warmed.why == "interrupted")
    return {};
  const auto why = warmed.why == "time" ? fmt::format("its command still ran after {} (at_most)",
                                                      to_text(plan.warm_up->at_most))
                                        : warmed.why;
  return fail(ErrorKind::unavailable, plan.at(plan.lines.warm_up),
              "nothing was run, since the warm-up did not prepare it: {}", why);
}

CooledDown cool_down(const CoolDown& wanted, std::optional<Watts> idle, const std::vector<std::string>& gpus,
                     Pause& pause, const WaitWatcher& tell) {
  const auto& clock = system_clock();
  const Meters meters(gpus);
  CooledDown record;
  record.why = "time";
  record.idle = wanted.within ? idle : std::nullopt;
  const auto since = clock.steady();
  const auto limit = wanted.duration.value_or(wanted.at_most);
  for (;;) {
    const auto passed = clock.steady() - since;
    if (passed >= limit) break;
    if (tell) tell("cooling down", limit - passed);
    if (!pause.wait(std::min(between_looks, limit - passed))) {
      record.why = "interrupted";
      break;
    }
    const auto power = power_of(meters.now());
    if (power) record.power = power;
    if (power && record.idle && power->value() <= (1 + *wanted.within) * record.idle->value()) {
      record.why = "idle";
      break;
    }
  }
  record.duration = clock.steady() - since;
  record.at = clock.wall();
  record.energy = energy_of(meters);
  return record;
}

}  // namespace joulecast::lab
