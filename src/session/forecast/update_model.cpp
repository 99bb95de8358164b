#include "session/forecast/update_model.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "estimate/offline/physics/physics.hpp"
#include "stats/summary.hpp"

namespace joulecast::session {
namespace {

using estimate::PhysicsModel;
using estimate::Sample;
using estimate::Target;

constexpr double part = 0.25;         ///< reach of PhysicsModel::updated() for Followed::in_part
constexpr double negligible = 0.005;  ///< difference of errors in logarithms that does not matter
/// Typical difference between repeats of a configuration among the measured rows, in logarithms. A median
/// that changes by less counts as unchanged.
constexpr double repeats_differ = 0.05;
/// The targets that the physics forecasts directly; energy is their product.
constexpr std::array judged{Target::power, Target::epoch_time};

std::vector<Sample> joined(std::vector<Sample> first, const std::vector<Sample>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Predicts runs by leave-one-out: each configuration in turn is left out.
class LeaveOneOut {
 public:
  explicit LeaveOneOut(const std::vector<Sample>& runs) : runs_(runs) {
    for (const auto& run : runs) ++configurations_[run.configuration];
  }
  [[nodiscard]] std::size_t configurations() const { return configurations_.size(); }

  /// log(predicted / measured) of each run and target, by a model made from the other configurations. Nothing
  /// if either value is unknown.
  using Make = std::function<PhysicsModel(const std::vector<Sample>& others)>;
  using Errors = std::vector<std::array<std::optional<double>, 3>>;
  [[nodiscard]] Errors errors_of(const Make& make) const {
    Errors errors(runs_.size());
    for (const auto& [configuration, repeats] : configurations_) {
      std::vector<Sample> others;
      for (const auto& run : runs_)
        if (run.configuration != configuration) others.push_back(run);
      const auto model = make(others);
      for (std::size_t i = 0; i < runs_.size(); ++i)
        if (runs_[i].configuration == configuration) errors[i] = errors_of(model, runs_[i]);
    }
    return errors;
  }

  /// How much larger the errors of `a` are than those of `b`: the mean over configurations and its standard
  /// error, for targets that both forecast.
  struct Excess {
    double mean = 0, standard_error = 0;
    [[nodiscard]] bool clear() const { return mean > std::max(standard_error, negligible); }
  };
  [[nodiscard]] Excess excess(const Errors& a, const Errors& b, std::span<const Target> targets) const {
    std::map<std::string, std::vector<double>> differences;
    for_pairs(a, b, targets, [&](const Sample& run, double left, double right) {
      differences[run.configuration].push_back(left - right);
    });
    std::vector<double> means;
    for (const auto& [configuration, values] : differences) means.push_back(stats::mean(values));
    if (means.size() < 2) return {};
    return {stats::mean(means), stats::sample_sd(means) / std::sqrt(static_cast<double>(means.size()))};
  }
  /// How much larger the median error of `a` is than that of `b`.
  [[nodiscard]] double median_excess(const Errors& a, const Errors& b, Target target) const {
    std::vector<double> of_a, of_b;
    for_pairs(a, b, std::span(&target, 1), [&](const Sample&, double left, double right) {
      of_a.push_back(left);
      of_b.push_back(right);
    });
    return of_a.empty() ? 0 : stats::median(of_a) - stats::median(of_b);
  }

  [[nodiscard]] static std::size_t index(Target target) { return static_cast<std::size_t>(target); }

 private:
  static std::array<std::optional<double>, 3> errors_of(const PhysicsModel& model, const Sample& run) {
    std::array<std::optional<double>, 3> errors;
    const auto forecast = model.predict(run);
    for (const auto target : estimate::epoch_targets) {
      const auto predicted = forecast[target], truth = estimate::measured(run, target);
      if (predicted && truth) errors[index(target)] = std::log(*predicted / *truth);
    }
    return errors;
  }

  /// Calls `visit` with both errors for each target that both forecast.
  template <class Visit>
  void for_pairs(const Errors& a, const Errors& b, std::span<const Target> targets, Visit visit) const {
    for (std::size_t i = 0; i < runs_.size(); ++i)
      for (const auto target : targets)
        if (a[i][index(target)] && b[i][index(target)])
          visit(runs_[i], bounded(*a[i][index(target)]), bounded(*b[i][index(target)]));
  }
  /// Limits the error: a prediction that is off by a factor of two is as useless as one that is off by ten.
  static double bounded(double log_ratio) { return std::min(std::abs(log_ratio), std::log(2.0)); }

  const std::vector<Sample>& runs_;
  std::map<std::string, int> configurations_;
};

/// A way to follow the measurements, and its errors on the configurations left out.
struct Candidate {
  Followed followed = Followed::not_at_all;
  LeaveOneOut::Make make;
  LeaveOneOut::Errors errors;
};

/// In order of preference among equal errors. The last one does not follow the measurements at all.
std::vector<Candidate> candidates_of(const PhysicsModel& old, const std::vector<Sample>& micro) {
  using Runs = std::vector<Sample>;
  const auto start = old.updated(micro);
  return {{Followed::own_workloads, [=](const Runs& runs) { return start.updated(runs, 0); }, {}},
          {Followed::in_part, [=](const Runs& runs) { return start.updated(runs, part); }, {}},
          {Followed::fully, [=](const Runs& runs) { return old.updated(joined(micro, runs)); }, {}},
          {Followed::not_at_all, [=](const Runs&) { return start; }, {}}};
}

/// Whether the errors of `a` in power or in time are clearly larger than those of `b`, by mean or by median.
bool harms(const LeaveOneOut& left_out, const LeaveOneOut::Errors& a, const LeaveOneOut::Errors& b) {
  return std::ranges::any_of(judged, [&](const Target& target) {
    return left_out.excess(a, b, std::span(&target, 1)).clear() ||
           left_out.median_excess(a, b, target) > repeats_differ;
  });
}

/// Among the candidates that do no harm compared with not following at all: the first that is not clearly
/// worse than the best.
const Candidate& chosen(const LeaveOneOut& left_out, const std::vector<Candidate>& candidates) {
  std::vector<const Candidate*> harmless;
  for (const auto& candidate : candidates)
    if (!harms(left_out, candidate.errors, candidates.back().errors)) harmless.push_back(&candidate);
  const auto* best = harmless.front();
  for (const auto* candidate : harmless)
    if (left_out.excess(candidate->errors, best->errors, judged).mean < 0) best = candidate;
  return **std::ranges::find_if(harmless, [&](const Candidate* candidate) {
    return !left_out.excess(candidate->errors, best->errors, judged).clear();
  });
}

/// Median absolute percentage error of each target over the runs that both forecast, or over all runs if
/// `before` forecasts none.
void take_medians(const LeaveOneOut::Errors& before, const LeaveOneOut::Errors& after,
                  CalibrationErrors& result) {
  const auto percent = [](double log_ratio) { return 100 * std::abs(std::exp(log_ratio) - 1); };
  for (const auto target : estimate::epoch_targets) {
    const auto at = LeaveOneOut::index(target);
    std::vector<double> old, both, all;
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (before[i][at]) old.push_back(percent(*before[i][at]));
      if (after[i][at]) all.push_back(percent(*after[i][at]));
      if (before[i][at] && after[i][at]) both.push_back(percent(*after[i][at]));
    }
    if (!old.empty()) result.before[at] = stats::median(old);
    const auto& shown = old.empty() ? all : both;
    if (!shown.empty()) result.after[at] = stats::median(shown);
  }
}

}  // namespace

std::string_view name_of(Followed followed) {
  constexpr std::array<std::string_view, 4> names{"not", "for their own workloads", "in part", "fully"};
  return names[static_cast<std::size_t>(followed)];
}

Result<CalibrationErrors> update_model(estimate::ModelFile& model, const std::vector<Sample>& micro,
                                       const std::vector<Sample>& runs) {
  const auto entry = std::find_if(model.methods.begin(), model.methods.end(), [](const auto& fitted) {
    return fitted.method == &estimate::physics_method;
  });
  if (entry == model.methods.end())
    return fail(ErrorKind::invalid, "calibrate", "the model file holds no physics model");
  const auto& old = static_cast<const PhysicsModel&>(*entry->model);
  const auto carried = old.updated(micro);
  const LeaveOneOut left_out(runs);
  CalibrationErrors result;
  result.configurations = static_cast<int>(left_out.configurations());
  if (runs.empty()) {
    entry->model = std::make_unique<PhysicsModel>(carried);
    return result;
  }
  const auto before = left_out.errors_of([&](const auto&) { return old; });
  const bool judge = result.configurations >= least_configurations;
  result.micro_followed =
      !judge || !harms(left_out, left_out.errors_of([&](const auto&) { return carried; }), before);
  auto candidates = candidates_of(old, result.micro_followed ? micro : std::vector<Sample>{});
  if (!judge) candidates.resize(1);
  for (auto& candidate : candidates) candidate.errors = left_out.errors_of(candidate.make);
  const auto& taken = chosen(left_out, candidates);
  take_medians(before, taken.errors, result);
  result.followed = taken.followed;
  entry->model = std::make_unique<PhysicsModel>(taken.make(runs));
  if (taken.followed != Followed::not_at_all)
    for (auto& group : estimate::measured_groups(runs)) model.measured.push_back(std::move(group));
  return result;
}

}  // namespace joulecast::session
