#include "estimate/evaluation/evaluate_offline.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "estimate/offline/baseline/offline_baselines.hpp"
#include "estimate/offline/physics/physics.hpp"

namespace joulecast::estimate {
namespace {

/// Ten settings suffice here: the error of a method's best setting of ten differs little from that of its
/// best of a hundred.
constexpr int calibration_draws = 10;

/// A row that a method predicted without having seen it.
struct HeldOut {
  const Sample* sample = nullptr;
  const OfflineMethod* method = nullptr;
  Target target = Target::power;
  int fold = 0;
  Novelty novelty = Novelty::near;
  std::string_view seen;
  double predicted = 0, truth = 0, spread = 1;
  [[nodiscard]] Miss miss() const {
    return {novelty, sample->source, calibration_group(*sample, novelty), fold,
            std::log(truth / predicted) / spread};
  }
};

/// Where no row tells an epoch or a power, the methods that learn nothing else have nothing to do.
Result<std::vector<const OfflineMethod*>> chosen_methods(const std::vector<std::string>& names,
                                                         std::span<const Sample> samples) {
  std::vector<const OfflineMethod*> methods(offline_methods().begin(), offline_methods().end());
  const bool steps_alone = std::ranges::all_of(samples, [](const Sample& sample) {
    return std::ranges::none_of(epoch_targets,
                                [&](Target target) { return measured(sample, target).has_value(); });
  });
  if (names.empty() && steps_alone) methods = {&physics_method, &flops_method};
  if (names.empty()) return methods;
  methods.clear();
  for (const auto& name : names) {
    const auto* method = find_offline_method(name);
    if (!method) return fail_field("method", "there is no offline method '{}'", name);
    methods.push_back(method);
  }
  return methods;
}

std::vector<Sample> rows_of(std::span<const Sample> samples, const std::vector<std::size_t>& rows) {
  std::vector<Sample> result;
  result.reserve(rows.size());
  for (const auto row : rows) result.push_back(samples[row]);
  return result;
}

/// Fits one method and predicts the test rows.
Result<std::vector<HeldOut>> predict_rows(const OfflineMethod& method, std::span<const Sample> train,
                                          const std::vector<const Sample*>& test, int fold,
                                          const FitOptions& options) {
  auto model = method.fit(train, options);
  if (!model) return propagate(model.error());
  const Seen seen(train);
  std::vector<HeldOut> result;
  for (const auto* sample : test) {
    const auto forecast = (*model)->predict(*sample);
    for (const auto target : all_targets) {
      const auto predicted = forecast[target];
      const auto truth = measured(*sample, target);
      if (!predicted || !truth) continue;
      result.push_back({sample, &method, target, fold, seen.novelty(*sample), seen.label(*sample), *predicted,
                        *truth, forecast.spread[static_cast<std::size_t>(target)]});
    }
  }
  return result;
}

/// Runs jobs on several threads and stops at the first error. Results keep the jobs' order.
Result<std::vector<HeldOut>> run_all(const std::vector<std::function<Result<std::vector<HeldOut>>()>>& jobs,
                                     int threads) {
  std::vector<std::vector<HeldOut>> results(jobs.size());
  std::optional<Error> error;
  std::mutex guard;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size(); i = next++) {
      auto result = jobs[i]();
      const std::lock_guard lock(guard);
      if (!result && !error) error = result.error();
      if (error) return;
      results[i] = std::move(*result);
    }
  };
  const auto count =
      threads > 0 ? static_cast<unsigned>(threads) : std::max(1U, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 1; i < std::min<std::size_t>(count, jobs.size()); ++i) pool.emplace_back(work);
    work();
  }
  if (error) return propagate(*error);
  std::vector<HeldOut> all;
  for (auto& result : results) all.insert(all.end(), result.begin(), result.end());
  return all;
}

Result<std::vector<HeldOut>> cross_validate(std::span<const Sample> samples,
                                            const std::vector<const OfflineMethod*>& methods, Split split,
                                            const OfflineEvaluationOptions& options,
                                            std::size_t* train_rows = nullptr) {
  auto folds = make_folds(samples, split, options.split);
  if (!folds) return propagate(folds.error());
  auto fit_options = options.fit;
  fit_options.group_folds = split != Split::random;
  std::vector<std::function<Result<std::vector<HeldOut>>()>> jobs;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < folds->size(); ++i) {
    rows += (*folds)[i].train.size();
    for (const auto* method : methods)
      jobs.emplace_back([&, i, method] {
        const auto& fold = (*folds)[i];
        const auto train = rows_of(samples, fold.train);
        std::vector<const Sample*> test;
        for (const auto row : fold.test) test.push_back(&samples[row]);
        // Several draws of one GPU's shots count as one fold, so that its rows do not calibrate each other.
        const bool drawn = split == Split::gpu && options.split.shots > 0;
        const int fold_id = static_cast<int>(i) / (drawn ? options.split.draws : 1);
        return predict_rows(*method, train, test, fold_id, fit_options);
      });
  }
  if (train_rows) *train_rows = rows / folds->size();
  return run_all(jobs, options.threads);
}

using IntervalOf = std::function<std::optional<IntervalFactor>(const HeldOut&)>;

double r2_of(const std::vector<const HeldOut*>& rows) {
  double mean = 0, residual = 0, total = 0;
  for (const auto* row : rows) mean += row->truth / static_cast<double>(rows.size());
  for (const auto* row : rows) {
    residual += (row->truth - row->predicted) * (row->truth - row->predicted);
    total += (row->truth - mean) * (row->truth - mean);
  }
  return total > 0 ? 1 - residual / total : 0;
}

std::vector<OfflineScores> scores_by_method(const std::vector<const HeldOut*>& rows,
                                            const IntervalOf& interval) {
  std::vector<OfflineScores> result;
  for (const auto* method : offline_methods())
    for (const auto target : all_targets) {
      std::vector<const HeldOut*> own;
      std::vector<Outcome> outcomes;
      for (const auto* row : rows) {
        if (row->method != method || row->target != target) continue;
        own.push_back(row);
        const auto factor = interval(*row);
        std::optional<double> low, high;
        if (factor) {
          const double half = factor->q * row->spread;
          low = row->predicted * std::exp(-half), high = row->predicted * std::exp(half);
        }
        outcomes.push_back(outcome_of(row->predicted, row->truth, low, high, 0));
      }
      if (const auto scores = scores_of(outcomes))
        result.push_back({std::string(method->name), target, *scores, r2_of(own),
                          method->told_duration && target == Target::epoch_energy});
    }
  return result;
}

OfflineEvaluation summarise(const std::vector<HeldOut>& rows, const IntervalOf& interval) {
  OfflineEvaluation result;
  std::vector<const HeldOut*> all;
  std::map<std::array<std::string, 5>, std::vector<const HeldOut*>> groups;
  std::set<const Sample*> samples;
  for (const auto& row : rows) {
    all.push_back(&row);
    samples.insert(row.sample);
    const auto mode = !row.sample->step ? "" : row.sample->step->setup.training ? "train" : "infer";
    groups[{row.sample->source, row.sample->gpu.name, std::string(row.seen), row.sample->training.precision,
            mode}]
        .push_back(&row);
  }
  result.test_rows = samples.size();
  result.methods = scores_by_method(all, interval);
  for (const auto& [key, members] : groups)
    result.groups.push_back({key[0], key[1], key[2], key[3], key[4], scores_by_method(members, interval)});
  return result;
}

using MissesOf = std::map<std::pair<const OfflineMethod*, Target>, std::vector<Miss>>;
void collect(const std::vector<HeldOut>& rows, MissesOf& misses, int fold_offset = 0) {
  for (const auto& row : rows) {
    auto miss = row.miss();
    miss.fold += fold_offset;
    misses[{row.method, row.target}].push_back(std::move(miss));
  }
}

/// Caches the factors by (method, target, novelty, source, fold): they would otherwise be computed for each
/// row.
IntervalOf memoised(const MissesOf& misses, bool leave_own_fold_out) {
  using Key = std::tuple<const OfflineMethod*, Target, Novelty, std::string, int>;
  auto known = std::make_shared<std::map<Key, std::optional<IntervalFactor>>>();
  return [&misses, leave_own_fold_out, known](const HeldOut& row) {
    const int fold = leave_own_fold_out ? row.fold : -1;
    const Key key{row.method, row.target, row.novelty, row.sample->source, fold};
    if (const auto found = known->find(key); found != known->end()) return found->second;
    const auto own = misses.find({row.method, row.target});
    const auto factor = own == misses.end()
                            ? std::nullopt
                            : interval_factor(own->second, row.novelty, row.sample->source, fold);
    return known->emplace(key, factor).first->second;
  };
}

/// The split whose held-out rows have this novelty.
Split split_for(Novelty novelty) {
  switch (novelty) {
    case Novelty::repeat:
      return Split::random;
    case Novelty::near:
      return Split::configuration;
    case Novelty::pair:
      return Split::pair;
    case Novelty::new_architecture:
      return Split::architecture;
    case Novelty::new_gpu:
    case Novelty::new_both:
      return Split::gpu;
    case Novelty::new_source:
      break;
  }
  return Split::source;
}

}  // namespace

Result<OfflineEvaluation> evaluate_offline(std::span<const Sample> samples, Split split,
                                           const OfflineEvaluationOptions& options, HeldOutMisses* held_out) {
  auto methods = chosen_methods(options.methods, samples);
  if (!methods) return propagate(methods.error());
  std::size_t train_rows = 0;
  auto rows = cross_validate(samples, *methods, split, options, &train_rows);
  if (!rows) return propagate(rows.error());
  MissesOf misses;
  collect(*rows, misses);
  if (held_out)
    for (const auto& row : *rows) (*held_out)[static_cast<std::size_t>(row.target)].push_back(row.miss());
  auto result = summarise(*rows, memoised(misses, true));
  result.split = name_of(split);
  result.shots = split == Split::gpu ? options.split.shots : 0;
  result.train_rows = train_rows;
  result.noise = repeat_noise(samples);
  return result;
}

Result<OfflineEvaluation> evaluate_offline(std::span<const Sample> train, std::span<const Sample> test,
                                           const OfflineEvaluationOptions& options) {
  auto methods = chosen_methods(options.methods, train);
  if (!methods) return propagate(methods.error());
  std::vector<std::function<Result<std::vector<HeldOut>>()>> jobs;
  std::vector<const Sample*> tested;
  for (const auto& sample : test) tested.push_back(&sample);
  for (const auto* method : *methods)
    jobs.emplace_back([&, method] { return predict_rows(*method, train, tested, 0, options.fit); });
  auto rows = run_all(jobs, options.threads);
  if (!rows) return propagate(rows.error());
  std::set<Split> splits;
  for (const auto& row : *rows) splits.insert(split_for(row.novelty));
  MissesOf misses;
  auto calibrating = options;
  calibrating.fit.draws = std::min(options.fit.draws, calibration_draws);
  for (const auto split : splits) {
    auto own = cross_validate(train, *methods, split, calibrating);
    if (!own) continue;  // too few groups for this split: rows of this novelty get no interval
    collect(*own, misses);
  }
  auto result = summarise(*rows, memoised(misses, false));
  result.split = "table";
  result.train_rows = train.size();
  result.noise = repeat_noise(train);
  return result;
}

}  // namespace joulecast::estimate
