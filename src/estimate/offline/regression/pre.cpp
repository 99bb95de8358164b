#include "estimate/offline/regression/pre.hpp"

#include <fmt/ranges.h>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "estimate/offline/eigen_json.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/regression/regression.hpp"
#include "estimate/offline/regression/regression_data.hpp"
#include "estimate/offline/regression/search.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::array<std::string_view, 9> feature_names{
    "batch_size",          "image_height",  "image_width",        "gpu_cores",     "gpu_memory_gb",
    "gpu_maximum_power_w", "train_samples", "validation_samples", "gflops_forward"};
constexpr std::array all_kinds{RegressionKind::linear, RegressionKind::ridge, RegressionKind::kernel_ridge,
                               RegressionKind::support_vector};

/// Unknown features are NaN, and the regression replaces them by the mean.
std::array<double, feature_names.size()> features_of(const Sample& sample) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const auto& training = sample.training;
  return {sample.batch(),
          sample.image_height.value_or(unknown),
          sample.image_width.value_or(unknown),
          sample.gpu.cores ? static_cast<double>(*sample.gpu.cores) : unknown,
          sample.gpu.memory_gb,
          sample.limit_w(),
          training.train_samples.value_or(unknown),
          training.validation_samples.value_or(unknown),
          training.gflops_forward_per_sample.value_or(unknown)};
}

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  for (const auto kind : all_kinds) names.push_back(name_of(kind));
  return names;
}

struct Learned {
  Regression regression;
  std::vector<std::pair<RegressionKind, double>> r2;  ///< of every kind that was tried
};

Result<Learned> learn(const std::vector<const Sample*>& rows, Target target, const FitOptions& options) {
  RegressionData data{Eigen::MatrixXd(rows.size(), feature_names.size()), Eigen::VectorXd(rows.size())};
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    data.x.row(static_cast<Eigen::Index>(i)) = vector_of(features_of(*rows[i])).transpose();
    data.y[static_cast<Eigen::Index>(i)] = *measured(*rows[i], target);
    groups.push_back(options.group_folds ? rows[i]->configuration : std::to_string(i));
  }
  Learned learned;
  SearchResult best;
  for (const auto kind : all_kinds) {
    if (!options.regression.empty() && options.regression != name_of(kind)) continue;
    auto found = search_setting(data, groups, kind, options);
    if (!found) return propagate(found.error());
    learned.r2.emplace_back(kind, found->r2);
    if (learned.r2.size() == 1 || found->r2 > best.r2) best = *found;
  }
  if (learned.r2.empty())
    return fail_field("regression", "is one of {}, not '{}'", fmt::join(kind_names(), ", "),
                      options.regression);
  auto fitted = Regression::fit(data, best.setting);
  if (!fitted) return propagate(fitted.error());
  learned.regression = std::move(*fitted);
  return learned;
}

class PreModel final : public OfflineModel {
 public:
  PreModel(Target target, std::map<std::string, Learned> by_source, Learned all)
      : target_(target), by_source_(std::move(by_source)), all_(std::move(all)) {}

  [[nodiscard]] Forecast predict(const Sample& sample) const override {
    const auto own = by_source_.find(sample.source);
    const auto& regression = own == by_source_.end() ? all_.regression : own->second.regression;
    const double value = regression.predict(features_of(sample));
    Forecast forecast;
    if (value <= 0) return forecast;  // a linear function may cross zero, which is no forecast
    if (target_ == Target::epoch_energy) {
      forecast.epoch_energy_j = value;
    } else {
      forecast.power_w = value;
      if (sample.measured.epoch_time_s) forecast.epoch_energy_j = value * *sample.measured.epoch_time_s;
    }
    return forecast;
  }

  [[nodiscard]] nlohmann::ordered_json to_json() const override {
    nlohmann::ordered_json json;
    json["features"] = feature_names;
    json["target"] = name_of(target_);
    json["all"] = learned_json(all_);
    for (const auto& [source, learned] : by_source_) json["sources"][source] = learned_json(learned);
    return json;
  }

 private:
  static nlohmann::ordered_json learned_json(const Learned& learned) {
    nlohmann::ordered_json json;
    for (const auto& [kind, r2] : learned.r2) json["r2"][std::string(name_of(kind))] = rounded(r2);
    json["regression"] = learned.regression.to_json();
    return json;
  }

  Target target_;
  std::map<std::string, Learned> by_source_;
  Learned all_;
};

Result<std::unique_ptr<OfflineModel>> fit(std::span<const Sample> samples, const FitOptions& options,
                                          Target target) {
  std::map<std::string, std::vector<const Sample*>> by_source;
  std::vector<const Sample*> all;
  for (const auto& sample : samples) {
    if (!measured(sample, target)) continue;
    all.push_back(&sample);
    by_source[sample.source].push_back(&sample);
  }
  if (all.size() < 2)
    return fail(ErrorKind::invalid, std::string(name_of(target)), "{} rows have it; a regression needs two",
                all.size());
  auto together = learn(all, target, options);
  if (!together) return propagate(together.error());
  std::map<std::string, Learned> learned;
  for (const auto& [source, rows] : by_source) {
    std::set<std::string> configurations;
    for (const auto* row : rows) configurations.insert(row->configuration);
    if (configurations.size() < 2 || by_source.size() == 1) continue;
    auto own = learn(rows, target, options);
    if (!own) return propagate(own.error());
    learned.emplace(source, std::move(*own));
  }
  return std::make_unique<PreModel>(target, std::move(learned), std::move(*together));
}

Result<Learned> learned_from(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "regression");
  auto regression = Regression::from_json(reader.member("regression"));
  if (!regression) return propagate(regression.error());
  Learned learned{std::move(*regression), {}};
  for (const auto kind : all_kinds) {
    JsonReader scores(reader.member("r2"), "r2");
    learned.r2.emplace_back(kind, scores.number(name_of(kind)));
    if (scores.error()) return propagate(*scores.error());
  }
  return learned;
}

Result<std::unique_ptr<OfflineModel>> load(const nlohmann::ordered_json& json, Target target) {
  JsonReader reader(json, std::string(name_of(target)));
  const auto features = reader.texts("features");
  if (reader.error()) return propagate(*reader.error());
  if (!std::equal(features.begin(), features.end(), feature_names.begin(), feature_names.end()))
    return fail(ErrorKind::malformed, "features", "are not those of this version");
  auto all = learned_from(reader.member("all"));
  if (!all) return propagate(all.error());
  std::map<std::string, Learned> by_source;
  const auto& sources = reader.member("sources");
  if (sources.is_object())
    for (const auto& [name, value] : sources.items()) {
      auto learned = learned_from(value);
      if (!learned) return propagate(learned.error());
      by_source.emplace(name, std::move(*learned));
    }
  return std::make_unique<PreModel>(target, std::move(by_source), std::move(*all));
}

}  // namespace

const OfflineMethod pre_power_method{
    "pre-power", "regression of mean power; its energy takes the measured epoch time", true,
    [](std::span<const Sample> samples, const FitOptions& options) {
      return fit(samples, options, Target::power);
    },
    [](const nlohmann::ordered_json& json) { return load(json, Target::power); }};

const OfflineMethod pre_energy_method{
    "pre-energy", "regression of the energy of an epoch", false,
    [](std::span<const Sample> samples, const FitOptions& options) {
      return fit(samples, options, Target::epoch_energy);
    },
    [](const nlohmann::ordered_json& json) { return load(json, Target::epoch_energy); }};

}  // namespace joulecast::estimate
