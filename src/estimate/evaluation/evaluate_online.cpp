#include "estimate/evaluation/evaluate_online.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <tuple>

#include "base/text.hpp"
#include "estimate/online/adaptive.hpp"
#include "estimate/online/methods.hpp"
#include "estimate/online/replay.hpp"
#include "formats/run_bundle.hpp"

namespace joulecast::estimate {
namespace {

constexpr StepSetting paper{10, 5};
constexpr StepSetting early{1, 5};
constexpr double first_half = 0.5 + 1e-9;

StepSetting step_setting(const OnlineEvaluationOptions& options, std::size_t units) {
  if (options.step) return *options.step;
  return units >= 2 * static_cast<std::size_t>(paper.stabilising_unit + paper.window) ? paper : early;
}

/// The id without the name of the stream: "…-ac-…" and "…-dc-…" are one run.
std::string physical_run(const trace::RunInfo& info) {
  const auto id = to_lower(info.id);
  if (info.stream.empty()) return info.source + "/" + id;
  const auto tag = "-" + to_lower(info.stream) + "-";
  const auto at = id.find(tag);
  return info.source + "/" +
         (at == std::string::npos ? id : id.substr(0, at) + "-" + id.substr(at + tag.size()));
}

/// Plays one run to one method after the other.
class Player {
 public:
  Player(const Replay& replay, Plan plan)
      : replay_(replay),
        plan_(plan),
        energy_(replay.energy().value()),
        duration_(replay.duration().value()) {}

  /// At the first unit after which the method has an estimate; `whole` = after the last one.
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
    return energy_outcome(*estimate, seen / energy_);
  }

  /// adaptive and adaptive-first, and the adaptive method at fixed shares.
  void play_adaptive(EvaluatedRun& run) const {
    Adaptive adaptive(plan_);
    std::optional<Moment> last_ready;
    auto share = observed_shares().begin();
    double seen = 0;
    double done = 0;
    bool was_ready = false;
    for (const auto& unit : replay_.units) {
      if (!adaptive.observe(unit)) return;
      seen += unit.energy->value();
      done += unit.work / replay_.total_work;
      const auto estimate = adaptive.estimate();
      if (!estimate) continue;
      if (estimate->ready && !was_ready) {
        if (!run.energy.contains("adaptive-first")) run.moments.push_back(moment(adaptive, "adaptive-first"));
        if (done <= first_half) last_ready = moment(adaptive, "adaptive");
        became_ready(run, *estimate, seen / energy_, done);
      }
      was_ready = estimate->ready;
      // A unit that leaps over several shares counts for the last of them.
      while (share != observed_shares().end() && done >= *share - 1e-9) {
        const auto next = std::next(share);
        if (next == observed_shares().end() || done < *next - 1e-9) {
          run.by_share[*share] = {energy_outcome(*estimate, seen / energy_), estimate->ready};
          run.moments.push_back(moment(adaptive, fmt::format("{:g}", *share)));
        }
        share = next;
      }
    }
    if (last_ready) run.moments.push_back(*last_ready);
  }

 private:
  [[nodiscard]] Outcome energy_outcome(const OnlineEstimate& e, double observed) const {
    const auto& interval = e.total.interval;
    return outcome_of(e.total.value.value(), energy_,
                      interval ? std::optional{interval->low.value()} : std::nullopt,
                      interval ? std::optional{interval->high.value()} : std::nullopt, observed);
  }

  [[nodiscard]] Moment moment(const Adaptive& adaptive, std::string kind) const {
    const auto rest = adaptive.energy_for(std::max(0.0, replay_.total_work - adaptive.work_done()));
    return {std::move(kind), rest->situation, adaptive.used(), Joules{rest->value},
            Joules{energy_} - adaptive.used()};
  }

  void became_ready(EvaluatedRun& run, const OnlineEstimate& e, double observed, double done) const {
    const auto record = [&](const char* name) {
      run.energy[name] = energy_outcome(e, observed);
      if (e.duration && replay_.bounds_recorded)  // evenly divided, every duration is right by construction
        run.duration[name] =
            outcome_of(e.duration->value.value(), duration_, e.duration->interval->low.value(),
                       e.duration->interval->high.value(), observed);
    };
    if (!run.energy.contains("adaptive-first")) record("adaptive-first");
    if (done <= first_half) record("adaptive");
  }

  const Replay& replay_;
  Plan plan_;
  double energy_;
  double duration_;
};

using Outcomes = std::map<std::string, Outcome, std::less<>>;

/// One list of outcomes for each name, streams of one run joined.
template <class Pick>
std::map<std::string, std::vector<Outcome>, std::less<>> by_name(const std::vector<const EvaluatedRun*>& runs,
                                                                 Pick pick) {
  std::map<std::string, std::map<std::string, std::vector<Outcome>>, std::less<>> streams;
  for (const auto* run : runs)
    for (const auto& [name, outcome] : pick(*run)) streams[name][run->physical_run].push_back(outcome);
  std::map<std::string, std::vector<Outcome>, std::less<>> result;
  for (const auto& [name, each] : streams)
    for (const auto& [id, outcomes] : each) result[name].push_back(joined(outcomes));
  return result;
}

const std::vector<std::string>& method_order() {
  static const std::vector<std::string> names{
      "first-epoch", "step-power", "step-energy", "adaptive-first", "adaptive", "green-algorithms", "mlco2"};
  return names;
}

std::vector<NamedScores> score_methods(const std::vector<const EvaluatedRun*>& runs) {
  const auto energy = by_name(runs, [](const auto& run) -> const Outcomes& { return run.energy; });
  const auto duration = by_name(runs, [](const auto& run) -> const Outcomes& { return run.duration; });
  std::vector<NamedScores> result;
  for (const auto& name : method_order()) {
    const auto found = energy.find(name);
    if (found == energy.end()) continue;
    NamedScores scores{name, *scores_of(found->second), std::nullopt};
    if (const auto timed = duration.find(name); timed != duration.end())
      scores.duration = scores_of(timed->second);
    result.push_back(std::move(scores));
  }
  return result;
}

std::vector<NamedScores> score_variants(const std::vector<const EvaluatedRun*>& runs) {
  std::vector<NamedScores> result;
  for (const auto& [name, outcomes] :
       by_name(runs, [](const auto& run) -> const Outcomes& { return run.variants; }))
    result.push_back({name, *scores_of(outcomes), std::nullopt});
  return result;
}

std::vector<OnlineEvaluation::ShareRow> score_shares(const std::vector<EvaluatedRun>& runs) {
  std::vector<OnlineEvaluation::ShareRow> rows;
  for (const double share : observed_shares()) {
    std::map<std::string, std::vector<const EvaluatedRun::AtShare*>> streams;
    for (const auto& run : runs)
      if (const auto at = run.by_share.find(share); at != run.by_share.end())
        streams[run.physical_run].push_back(&at->second);
    std::vector<Outcome> outcomes;
    double ready = 0;
    for (const auto& [id, each] : streams) {
      std::vector<Outcome> energy;
      for (const auto* at : each)
        energy.push_back(at->energy), ready += at->ready / static_cast<double>(each.size());
      outcomes.push_back(joined(energy));
    }
    if (const auto scores = scores_of(outcomes)) rows.push_back({share, *scores, ready / scores->runs});
  }
  return rows;
}

/// One bundle's result, in the order of the paths, whichever thread had it.
std::vector<Result<EvaluatedRun>> evaluate_all(const std::vector<std::filesystem::path>& paths,
                                               const OnlineEvaluationOptions& options) {
  std::vector<Result<EvaluatedRun>> results(paths.size(), EvaluatedRun{});
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++) {
      auto run = formats::read_run_bundle(paths[i]);
      results[i] = run ? evaluate_run(*run, options) : Result<EvaluatedRun>(propagate(run.error()));
    }
  };
  const auto wanted =
      options.threads > 0 ? static_cast<unsigned>(options.threads) : std::thread::hardware_concurrency();
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min<std::size_t>(wanted, paths.size()); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  return results;
}

}  // namespace

const std::vector<double>& observed_shares() {
  static const std::vector<double> shares{0.01, 0.02, 0.05, 0.10, 0.20, 0.50};
  return shares;
}

Result<EvaluatedRun> evaluate_run(const trace::Run& run, const OnlineEvaluationOptions& options) {
  const auto replay = replay_of(run);
  if (!replay) return propagate(replay.error());
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
  const auto step = step_setting(options, replay->units.size());
  for (const auto* method : online_methods()) {
    if (method == &adaptive_method) continue;
    // Green Algorithms takes the utilisation of the whole run: that is how it is used, and it flatters it.
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
  return result;
}

OnlineEvaluation summarise(const std::vector<EvaluatedRun>& runs) {
  OnlineEvaluation evaluation;
  std::vector<const EvaluatedRun*> all;
  std::map<std::tuple<std::string, std::string, int>, std::vector<const EvaluatedRun*>> groups;
  std::set<std::string> physical;
  for (const auto& run : runs) {
    all.push_back(&run);
    groups[{run.source, run.architecture, run.nodes}].push_back(&run);
    physical.insert(run.physical_run);
    for (const auto& moment : run.moments)
      evaluation.moments.push_back({run.source, run.architecture, run.physical_run, moment});
  }
  evaluation.runs = static_cast<int>(physical.size());
  evaluation.methods = score_methods(all);
  evaluation.variants = score_variants(all);
  evaluation.by_share = score_shares(runs);
  for (const auto& [key, members] : groups)
    evaluation.groups.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), score_methods(members),
                                 score_variants(members)});
  return evaluation;
}

Result<OnlineEvaluation> evaluate_online(const std::vector<std::filesystem::path>& roots,
                                         const OnlineEvaluationOptions& options) {
  std::set<std::filesystem::path> found;  // a bundle below two of the roots counts once
  for (const auto& root : roots) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(root, ignored))
      return fail(ErrorKind::invalid, root.string(), "is not a directory");
    const auto bundles = formats::find_run_bundles(root);
    if (bundles.empty()) return fail(ErrorKind::invalid, root.string(), "holds no run bundle (no run.json)");
    found.insert(bundles.begin(), bundles.end());
  }
  const std::vector<std::filesystem::path> paths(found.begin(), found.end());
  std::vector<EvaluatedRun> runs;
  std::vector<OnlineEvaluation::Skipped> skipped;
  auto results = evaluate_all(paths, options);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (results[i]) {
      runs.push_back(std::move(*results[i]));
    } else if (results[i].error().kind == ErrorKind::invalid) {
      skipped.push_back({paths[i].string(), results[i].error().message});
    } else {
      return propagate(results[i].error());
    }
  }
  auto evaluation = summarise(runs);
  evaluation.skipped = std::move(skipped);
  return evaluation;
}

}  // namespace joulecast::estimate
