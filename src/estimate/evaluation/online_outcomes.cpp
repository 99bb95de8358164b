#include "estimate/evaluation/online_outcomes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "estimate/online/methods.hpp"
#include "estimate/online/replay.hpp"

namespace joulecast::estimate {
namespace {

constexpr StepSetting paper{10, 5};
constexpr StepSetting early{1, 5};
constexpr double first_half = 0.5 + 1e-9;
constexpr double longest_probe = 0.05 + 1e-9;  // of the work
constexpr double many_steps = 1e9;             // in a unit of work: how many a report told is not known

StepSetting step_setting(std::size_t units) {
  return units >= 2 * static_cast<std::size_t>(paper.stabilising_unit + paper.window) ? paper : early;
}

/// The id without the stream's name: "…-ac-…" and "…-dc-…" are the same run.
std::string physical_run(const trace::RunInfo& info) {
  const auto id = to_lower(info.id);
  if (info.stream.empty()) return info.source + "/" + id;
  const auto tag = "-" + to_lower(info.stream) + "-";
  const auto at = id.find(tag);
  return info.source + "/" +
         (at == std::string::npos ? id : id.substr(0, at) + "-" + id.substr(at + tag.size()));
}

/// Replays one run to one method after the other.
class Player {
 public:
  Player(const Replay& replay, Plan plan)
      : replay_(replay),
        plan_(plan),
        energy_(replay.energy().value()),
        duration_(replay.duration().value()) {}

  /// The outcome at the first unit after which the method has an estimate, or after the last unit if `whole`.
  [[nodiscard]] std::optional<Outcome> play(const OnlineMethod& method, const StepSetting& step,
                                            bool whole) const {
    Plan plan = plan_;
    plan.stabilising_unit = step.stabilising_unit;
    plan.window = step.window;
    const auto estimator = method.begin(plan);
    if (!estimator) return std::nullopt;
    double seen = 0;
    auto estimate = estimator->estimate();
    for (std::size_t i = 0; i < replay_.units.size() && (whole || !estimate); ++i) {
      if (!estimator->observe(replay_.units[i])) return std::nullopt;
      seen += replay_.units[i].energy->value();
      estimate = estimator->estimate();
    }
    if (!estimate) return std::nullopt;
    return energy_outcome(estimate->total, seen / energy_);
  }

  /// Adds adaptive and adaptive-first, and the adaptive method at fixed shares.
  void play_adaptive(EvaluatedRun& run) const {
    auto projector = RunProjector::begin({.total_work = replay_.total_work, .prior = plan_.prior});
    if (!projector) return;
    if (const auto epoch = replay_.epoch_work()) projector->set_epoch_work(*epoch);
    if (replay_.counts_steps) projector->set_counts_steps(*replay_.counts_steps);
    std::optional<Moment> last_ready;
    auto share = observed_shares().begin();
    double seen = 0;
    double done = 0;
    bool was_ready = false;
    for (const auto& piece : replay_.movements) {
      // The energy outside of the units is left out, so the units follow each other without a pause.
      const auto begin = projector->time();
      const trace::Span span{begin, begin + piece.span.length()};
      if (!projector->move({piece.work, span, piece.energy, std::nullopt, piece.epoch_end})) return;
      seen += piece.energy.value_or(Joules{0}).value();
      done += piece.work / replay_.total_work;
      const auto projection = projector->projection();
      if (!projection) continue;
      if (projection->ready && !was_ready) {
        if (!run.energy.contains("adaptive-first"))
          run.moments.push_back(moment(*projector, *projection, "adaptive-first"));
        if (done <= first_half) last_ready = moment(*projector, *projection, "adaptive");
        became_ready(run, *projection, seen / energy_, done);
      }
      was_ready = projection->ready;
      // A movement that passes several shares is the first that is known after each of them.
      for (; share != observed_shares().end() && done >= *share - 1e-9; ++share) {
        run.by_share[*share] = {energy_outcome(projection->total, seen / energy_), std::nullopt,
                                projection->ready};
        if (replay_.bounds_recorded)
          run.by_share[*share].duration = duration_outcome(*projection, seen / energy_);
        run.moments.push_back(moment(*projector, *projection, fmt::format("{:g}", *share)));
      }
    }
    if (last_ready) run.moments.push_back(*last_ready);
  }

  /// Adds what probes would say of a run of which a second is a report of some steps.
  void play_probes(EvaluatedRun& run) const {
    auto projector = RunProjector::begin({.total_work = replay_.total_work, .prior = plan_.prior});
    if (!projector) return;
    if (const auto epoch = replay_.epoch_work()) projector->set_epoch_work(*epoch);
    projector->set_counts_steps(replay_.counts_steps.value_or(false));
    projector->set_steps_per_work(many_steps);
    std::optional<EvaluatedRun::AtShare> said;
    auto until = probed_seconds().begin();
    double seen = 0, done = 0;
    for (const auto& piece : replay_.movements) {
      const auto begin = projector->time();
      const auto end = begin + piece.span.length();
      for (; until != probed_seconds().end() && end.value() > *until + 1e-9; ++until)
        if (said) run.by_probe[*until] = *said;
      if (!projector->move({piece.work, {begin, end}, piece.energy, std::nullopt, piece.epoch_end})) return;
      seen += piece.energy.value_or(Joules{0}).value();
      done += piece.work / replay_.total_work;
      if (until == probed_seconds().end() || done > longest_probe) return;
      const auto projection = projector->projection();
      if (!projection || (said && said->ready)) continue;
      said = {energy_outcome(projection->total, seen / energy_), std::nullopt, projection->ready};
      if (replay_.bounds_recorded) said->duration = duration_outcome(*projection, seen / energy_);
      if (!projection->ready) continue;
      run.moments.push_back(moment(*projector, *projection, "probe"));
      run.energy["adaptive-probe"] = said->energy;
    }
  }

 private:
  [[nodiscard]] Outcome energy_outcome(const Estimate<Joules>& total, double observed) const {
    const auto& interval = total.interval;
    return outcome_of(total.value.value(), energy_,
                      interval ? std::optional{interval->low.value()} : std::nullopt,
                      interval ? std::optional{interval->high.value()} : std::nullopt, observed);
  }

  [[nodiscard]] Outcome duration_outcome(const Projection& p, double observed) const {
    return outcome_of(p.duration.value.value(), duration_, p.duration.interval->low.value(),
                      p.duration.interval->high.value(), observed);
  }

  [[nodiscard]] Moment moment(const RunProjector& projector, const Projection& projection,
                              std::string kind) const {
    const auto rest = projector.remainder();
    return {std::move(kind), rest->situation, projection.used, Joules{rest->value},
            Joules{energy_} - projection.used};
  }

  void became_ready(EvaluatedRun& run, const Projection& p, double observed, double done) const {
    const auto record = [&](const char* name) {
      run.energy[name] = energy_outcome(p.total, observed);
      // in an evenly divided run every duration forecast would be right by construction
      if (replay_.bounds_recorded) run.duration[name] = duration_outcome(p, observed);
    };
    if (!run.energy.contains("adaptive-first")) record("adaptive-first");
    if (done <= first_half) record("adaptive");
  }

  const Replay& replay_;
  Plan plan_;
  double energy_;
  double duration_;
};

}  // namespace

const std::vector<double>& observed_shares() {
  static const std::vector<double> shares{0.01, 0.02, 0.05, 0.10, 0.20, 0.50};
  return shares;
}

const std::vector<double>& probed_seconds() {
  static const std::vector<double> seconds{30, 60, 90};
  return seconds;
}

Result<EvaluatedRun> evaluate_run(const trace::Run& run, std::optional<StepSetting> chosen_step) {
  const auto replay = replay_of(run, {.divide_units = true});
  if (!replay) return propagate(replay.error());
  for (std::size_t i = 0; i < run.epochs.size(); ++i)
    if (replay->units[i].duration <= Seconds{0})
      return fail(ErrorKind::invalid, run.info.id, "epoch {} lasts 0 s", run.epochs[i].index);
  if (!replay->complete() || replay->energy().value() <= 0)
    return fail(ErrorKind::invalid, run.info.id,
                "is not complete: {:g} of {:g} work done in {} units, {} of them measured", replay->work(),
                replay->total_work, replay->units.size(),
                std::count_if(replay->units.begin(), replay->units.end(),
                              [](const auto& unit) { return unit.energy.has_value(); }));
  EvaluatedRun result;
  result.source = run.info.source;
  result.architecture = run.info.training.architecture;
  result.nodes = run.info.training.nodes.value_or(1);
  result.physical_run = physical_run(run.info);

  const Player player(*replay, replay->plan(run.info));
  const auto step = chosen_step.value_or(step_setting(replay->units.size()));
  for (const auto* method : online_methods()) {
    if (method == &adaptive_method) continue;
    // Green Algorithms gets the utilisation of the whole run, because it is used that way. This favours it.
    if (auto outcome = player.play(*method, step, method == &green_algorithms_method))
      result.energy[std::string(method->name)] = *outcome;
  }
  for (const auto* method : {&step_power_method, &step_energy_method})
    for (const auto& setting : {early, paper, StepSetting{detect_stabilising, 5}})
      if (auto outcome = player.play(*method, setting, false)) {
        const auto s = setting.stabilising_unit == detect_stabilising
                           ? std::string("detected")
                           : std::to_string(setting.stabilising_unit);
        result.variants[fmt::format("{} s={} w={}", method->name, s, setting.window)] = *outcome;
      }
  player.play_adaptive(result);
  const Seconds probed{probed_seconds().back()};
  const auto by_second = replay_of(run, {.divide_units = true, .seconds_until = probed});
  if (by_second) Player(*by_second, by_second->plan(run.info)).play_probes(result);
  return result;
}

}  // namespace joulecast::estimate
