#include "estimate/offline/physics.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

/// Residuals of one target of one source.
Residual residual_of(const std::vector<const Observation*>& rows, const std::vector<PhysicsOutput>& physics,
                     bool power, const ResidualScales& scales, std::optional<double> noise) {
  std::vector<ResidualFeatures> features;
  std::vector<double> residuals, sds;
  const double floor = scales.noise / 3;  // the equations' own scatter stays however often a row was repeated
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& measured = power ? rows[i]->log_power : rows[i]->log_time;
    if (!measured) continue;
    features.push_back(residual_features(*rows[i]->sample, physics[i]));
    residuals.push_back(*measured - (power ? physics[i].log_power : physics[i].log_time));
    const double one = noise.value_or(scales.noise);
    sds.push_back(std::sqrt(one * one / rows[i]->repeats + floor * floor));
  }
  if (features.empty()) return {};
  const auto as_vector = [](const std::vector<double>& values) {
    return Eigen::VectorXd(
        Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
  };
  return Residual::fit(features, as_vector(residuals), as_vector(sds), scales);
}

/// Scales with the parts that carry over to other workloads made smaller.
ResidualScales spread_over(ResidualScales scales, double spread) {
  for (double* shared : {&scales.host_load, &scales.load, &scales.host, &scales.network,
                         &scales.network_setting, &scales.network_host})
    *shared *= spread;
  return scales;
}

/// The residuals of each source.
std::map<std::string, PhysicsModel::SourceResidual> residuals_of(std::span<const Sample> samples,
                                                                 const std::vector<Observation>& observations,
                                                                 const PhysicsFit& equations,
                                                                 double spread = 1) {
  std::map<std::string, std::vector<const Observation*>> by_source;
  for (const auto& observation : observations) by_source[observation.sample->source].push_back(&observation);
  std::map<std::string, PhysicsModel::SourceResidual> residuals;
  for (const auto& [source, rows] : by_source) {
    std::vector<PhysicsOutput> physics;
    for (const auto* row : rows) physics.push_back(equations.predict(*row->sample));
    std::vector<Sample> of_source;
    for (const auto& sample : samples)
      if (sample.source == source) of_source.push_back(sample);
    const auto noise = repeat_noise(of_source);
    residuals[source] = {
        residual_of(rows, physics, false, spread_over(time_scales(), spread), noise.log_time),
        residual_of(rows, physics, true, spread_over(power_scales(), spread), noise.log_power)};
  }
  return residuals;
}

}  // namespace

Result<PhysicsModel> PhysicsModel::fit(std::span<const Sample> samples) {
  const auto observations = observations_of(samples);
  auto equations = fit_physics(observations);
  if (!equations) return propagate(equations.error());
  auto residuals = residuals_of(samples, observations, *equations);
  return PhysicsModel(std::move(*equations), std::move(residuals));
}

PhysicsModel PhysicsModel::updated(std::span<const Sample> samples, double spread) const {
  const auto observations = observations_of(samples);
  auto equations = refit_physics(fit_, observations, spread);
  auto residuals = residuals_;
  for (auto& [source, residual] : residuals_of(samples, observations, equations, spread))
    residuals[source] = std::move(residual);
  return PhysicsModel(std::move(equations), std::move(residuals));
}

Forecast PhysicsModel::predict(const Sample& sample) const {
  const auto physics = fit_.predict(sample);
  double log_time = physics.log_time, log_power = physics.log_power;
  if (const auto own = residuals_.find(sample.source); own != residuals_.end()) {
    const auto features = residual_features(sample, physics);
    log_time += own->second.time.predict(features);
    log_power += own->second.power.predict(features);
  }
  Forecast forecast{std::exp(log_power), std::nullopt, std::nullopt};
  // Without the samples of an epoch, or what stands for them in a workload that was measured, time is
  // unknown.
  const bool timed = sample.train_samples || fit_.space.find(Level::workload, sample.workload()) >= 0;
  if (timed) {
    forecast.epoch_time_s = std::exp(log_time);
    forecast.epoch_energy_j = std::exp(log_time + log_power);
  }
  return forecast;
}

nlohmann::ordered_json PhysicsModel::to_json() const {
  nlohmann::ordered_json json;
  json["parameters"] = fit_.space.to_json(fit_.values);
  json["residuals"] = nlohmann::ordered_json::object();
  for (const auto& [source, residual] : residuals_)
    json["residuals"][source] = {{"time", residual.time.to_json()}, {"power", residual.power.to_json()}};
  return json;
}

Result<PhysicsModel> PhysicsModel::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "physics");
  auto parameters = ParameterSpace::from_json(reader.member("parameters"));
  if (!parameters) return propagate(parameters.error());
  std::map<std::string, SourceResidual> residuals;
  const auto& sources = reader.member("residuals");
  if (!sources.is_object()) return fail(ErrorKind::malformed, "physics", "'residuals' is not an object");
  for (const auto& [source, both] : sources.items()) {
    JsonReader targets(both, source);
    auto time = Residual::from_json(targets.member("time"));
    if (!time) return propagate(time.error());
    auto power = Residual::from_json(targets.member("power"));
    if (!power) return propagate(power.error());
    residuals.emplace(source, SourceResidual{std::move(*time), std::move(*power)});
  }
  return PhysicsModel({std::move(parameters->first), std::move(parameters->second)}, std::move(residuals));
}

const OfflineMethod physics_method{
    "physics", "roofline time and power with a learned residual", false,
    [](std::span<const Sample> samples, const FitOptions&) -> Result<std::unique_ptr<OfflineModel>> {
      auto model = PhysicsModel::fit(samples);
      if (!model) return propagate(model.error());
      return std::make_unique<PhysicsModel>(std::move(*model));
    },
    [](const nlohmann::ordered_json& json) -> Result<std::unique_ptr<OfflineModel>> {
      auto model = PhysicsModel::from_json(json);
      if (!model) return propagate(model.error());
      return std::make_unique<PhysicsModel>(std::move(*model));
    }};

}  // namespace joulecast::estimate
