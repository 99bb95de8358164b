// Limits for the cost of a run. What has been used is a fact, and its limit always acts. What will be used is
// a forecast: its limit acts only where the training's progress is known beyond doubt
// (trace/forecast_doubt.hpp), the forecast is ready, and so much has been used that little of the rest need
// come true for the limit to be exceeded (acts_once_used()).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "progress/rank_message.hpp"
#include "trace/forecast_doubt.hpp"

namespace joulecast::measure {

enum class OnLimit {
  warn,
  terminate,  ///< the host should end the work
  command,    ///< the host should run LimitOptions::command
};

struct LimitOptions {
  std::optional<Joules> energy = {};  ///< limit for the energy used so far
  OnLimit at_energy = OnLimit::warn;
  /// End the work once the whole run will exceed this with at least `probability`. With OnLimit::command, the
  /// command is run instead.
  std::optional<Joules> projected = {};
  double probability = 0.95;
  std::string command = {};  ///< for a shell; told what was reached (apps/run/limit_command.hpp)
  bool dry = false;          ///< only tell what would be done

  bool operator==(const LimitOptions&) const = default;
};

/// The same in the words of ranks, which tell each other of their limits.
[[nodiscard]] progress::RankLimits limits_of(const LimitOptions& options);
[[nodiscard]] LimitOptions options_of(const progress::RankLimits& limits);

/// The energy at which a forecast above the limit is acted on: once an eighth of the rest would suffice to
/// exceed the limit, and not before four fifths of it have been used: a training that ends below that is
/// never ended, whatever is forecast. Waiting costs at most a part of a limit that the user was ready to
/// spend, while a training that is ended wrongly is lost. No forecast can know what nothing announces: a
/// training that ends early, or a start several times as dear as what follows. docs/limits.md says what the
/// rule costs. With less than a twentieth left nothing is acted on any more: the training may be saving what
/// it has learned.
[[nodiscard]] Joules acts_once_used(Joules projected, Joules limit);

/// What the limits look at.
struct LimitState {
  Seconds elapsed{0};
  std::optional<Joules> used;
  std::optional<Joules> projected;  ///< expected total, if there is a forecast
  trace::ForecastDoubt doubt = trace::ForecastDoubt::none;
  bool ready = false;  ///< to be acted on (Training::may_act()); never where there is a doubt
  std::optional<double> probability_above;  ///< that the total exceeds LimitOptions::projected
};

class Limits {
 public:
  /// Which limits were told, and acted on, already.
  struct Told {
    bool energy = false;
    bool projected = false;
  };
  explicit Limits(LimitOptions options) : options_(std::move(options)) {}
  Limits(LimitOptions options, Told told)
      : options_(std::move(options)), energy_told_(told.energy), projected_told_(told.projected) {}

  [[nodiscard]] const LimitOptions& options() const { return options_; }
  [[nodiscard]] Told told() const { return {energy_told_, projected_told_}; }
  [[nodiscard]] bool has_ended_the_work() const { return ended_; }

  struct Verdict {
    std::string why;                 ///< one line
    OnLimit action = OnLimit::warn;  ///< what to do about it; warn = tell it
    std::optional<Joules> limit;     ///< that was reached; nothing for a mere warning
    std::optional<Joules> used;
    std::optional<Joules> projected;
    std::string run_id = {};  ///< set by the measurement; "" if the run is not stored
  };
  /// What has become true since the last call. Each limit is told once; after one that ends the work nothing
  /// more is told.
  [[nodiscard]] std::vector<Verdict> check(const LimitState& state);
  /// Call at the run's end. A line if the limit on the projected total could not be watched, and why.
  [[nodiscard]] std::optional<std::string> at_end(const LimitState& state) const;

 private:
  [[nodiscard]] std::optional<Verdict> check_energy(const LimitState& state);
  [[nodiscard]] std::optional<Verdict> check_projected(const LimitState& state);
  [[nodiscard]] std::optional<Verdict> wait_for(Joules used, const LimitState& state);
  [[nodiscard]] std::optional<Verdict> doubt(const LimitState& state);
  [[nodiscard]] Verdict reached(std::string why, Joules limit, OnLimit action, const LimitState& state);

  LimitOptions options_;
  bool energy_told_ = false;
  bool projected_told_ = false;
  bool waiting_told_ = false;  ///< that the forecast is above its limit, but not acted on yet
  bool doubt_told_ = false;
  bool was_ready_ = false;
  trace::ForecastDoubt doubt_ = trace::ForecastDoubt::no_progress;  ///< the present one,
  Seconds doubt_since_{0};                                          ///< since then
  bool ended_ = false;
};

}  // namespace joulecast::measure
