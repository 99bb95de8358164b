#include "estimate/offline/physics/physics.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "estimate/offline/eigen_json.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/physics/physics_fit.hpp"
#include "estimate/offline/physics/residual.hpp"
#include "estimate/offline/physics/typical_network.hpp"
#include "estimate/offline/speed/speed_model.hpp"

namespace joulecast::estimate {
namespace {

struct SourceResidual {
  Residual time, power;
};
/// by source; only sources with enough known networks
using TypicalNetworks = std::map<std::string, TypicalNetwork>;

/// Fits the residuals of one target of one source.
Residual residual_of(const std::vector<const Observation*>& rows, const std::vector<PhysicsOutput>& physics,
                     bool power, const ResidualScales& scales, std::optional<double> noise) {
  std::vector<ResidualFeatures> features;
  std::vector<double> residuals, sds;
  // repeats of a row average out noise but not the equations' own scatter
  const double floor = scales.noise / 3;
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

/// The scales with smaller values for the parts that are shared with other workloads.
ResidualScales reaching(ResidualScales scales, double reach) {
  for (double* shared : {&scales.host_load, &scales.load, &scales.host, &scales.network,
                         &scales.network_setting, &scales.network_host})
    *shared *= reach;
  return scales;
}

/// Fits the residuals of each source.
std::map<std::string, SourceResidual> residuals_of(std::span<const Sample> samples,
                                                   const std::vector<Observation>& observations,
                                                   const PhysicsFit& equations, double reach = 1) {
  std::map<std::string, std::vector<const Observation*>> by_source;
  for (const auto& observation : observations) by_source[observation.sample->source].push_back(&observation);
  std::map<std::string, SourceResidual> residuals;
  for (const auto& [source, rows] : by_source) {
    std::vector<PhysicsOutput> physics;
    for (const auto* row : rows) physics.push_back(equations.predict(*row->sample));
    std::vector<Sample> of_source;
    for (const auto& sample : samples)
      if (sample.source == source) of_source.push_back(sample);
    const auto noise = repeat_noise(of_source);
    residuals[source] = {residual_of(rows, physics, false, reaching(time_scales(), reach), noise.log_time),
                         residual_of(rows, physics, true, reaching(power_scales(), reach), noise.log_power)};
  }
  return residuals;
}

/// Fits the typical networks of each source.
TypicalNetworks typical_networks_of(std::span<const Sample> samples) {
  std::map<std::string, std::map<std::string, TypicalNetwork::Known>> networks;
  for (const auto& sample : samples)
    if (sample.work && !sample.guessed && sample.training.gflops_forward_per_sample && sample.training.params)
      networks[sample.source].emplace(sample.training.architecture,
                                      TypicalNetwork::Known{*sample.training.gflops_forward_per_sample,
                                                            *sample.training.params, *sample.work});
  TypicalNetworks result;
  for (const auto& [source, named] : networks) {
    std::vector<TypicalNetwork::Known> list;
    for (const auto& [name, network] : named) list.push_back(network);
    if (const auto typical = TypicalNetwork::fit(list)) result.emplace(source, *typical);
  }
  return result;
}

/// Adds a guess at the network if the network is unknown but its arithmetic is known.
Sample with_network(const Sample& sample, const TypicalNetworks& typical) {
  auto result = sample;
  if (sample.work || !sample.training.gflops_forward_per_sample ||
      !(*sample.training.gflops_forward_per_sample > 0))
    return result;
  const auto own = typical.find(sample.source);
  const TypicalNetwork any;
  result.work = (own == typical.end() ? any : own->second)
                    .work(*sample.training.gflops_forward_per_sample, sample.training.params);
  result.guessed = true;
  return result;
}

std::vector<Sample> with_networks(std::span<const Sample> samples, const TypicalNetworks& typical) {
  std::vector<Sample> result;
  result.reserve(samples.size());
  for (const auto& sample : samples) result.push_back(with_network(sample, typical));
  return result;
}

}  // namespace

struct PhysicsModel::Learned {
  std::optional<PhysicsFit> fit;                    ///< of epochs and power; nothing if no row had both
  std::map<std::string, SourceResidual> residuals;  ///< by source
  TypicalNetworks typical;
  std::optional<SpeedModel> speed;  ///< of steps; nothing if no row told a step's speed
};

PhysicsModel::PhysicsModel(Learned learned) : learned_(std::make_shared<Learned>(std::move(learned))) {}

const PhysicsFit& PhysicsModel::equations() const {
  return *learned_->fit;
}

Result<PhysicsModel> PhysicsModel::fit(std::span<const Sample> given) {
  auto typical = typical_networks_of(given);
  const auto samples = with_networks(given, typical);
  const auto observations = observations_of(samples);
  auto equations = fit_physics(observations);
  auto speed = SpeedModel::fit(given);
  if (!equations && !speed) return propagate(equations.error());
  Learned learned;
  if (equations) learned.residuals = residuals_of(samples, observations, *equations);
  if (equations) learned.fit = std::move(*equations);
  if (speed) learned.speed = std::move(*speed);
  learned.typical = std::move(typical);
  return PhysicsModel(std::move(learned));
}

PhysicsModel PhysicsModel::updated(std::span<const Sample> given, double reach) const {
  if (!learned_->fit) return *this;
  const auto samples = with_networks(given, learned_->typical);
  const auto observations = observations_of(samples);
  auto equations = refit_physics(*learned_->fit, observations, reach);
  auto residuals = learned_->residuals;
  for (auto& [source, residual] : residuals_of(samples, observations, equations, reach))
    residuals[source] = std::move(residual);
  return PhysicsModel(
      Learned{std::move(equations), std::move(residuals), learned_->typical, learned_->speed});
}

Forecast PhysicsModel::predict(const Sample& given) const {
  auto forecast = learned_->fit ? predict_epoch(given) : Forecast{};
  if (const auto speed = learned_->speed ? learned_->speed->predict(given) : std::nullopt) {
    forecast.step_time_s = speed->step_time_s;
    forecast.spread[static_cast<std::size_t>(Target::step_time)] = speed->spread;
  }
  return forecast;
}

Forecast PhysicsModel::predict_epoch(const Sample& given) const {
  const auto sample = with_network(given, learned_->typical);
  const auto physics = learned_->fit->predict(sample);
  // A new source starts from an empty residual, whose variance is the prior's.
  const auto own = learned_->residuals.find(sample.source);
  const auto features = residual_features(sample, physics);
  const auto time = own == learned_->residuals.end() ? Residual(time_scales()).predict(features)
                                                     : own->second.time.predict(features);
  const auto power = own == learned_->residuals.end() ? Residual(power_scales()).predict(features)
                                                      : own->second.power.predict(features);
  const double log_time = physics.log_time + time.mean, log_power = physics.log_power + power.mean;
  const auto parameters = learned_->fit->variance(sample);
  Forecast forecast;
  forecast.power_w = std::exp(log_power);
  forecast.spread = {std::sqrt(parameters.power + power.variance), std::sqrt(parameters.time + time.variance),
                     std::sqrt(parameters.energy + time.variance + power.variance), 1};
  // Time is unknown without the number of samples in an epoch, unless the workload was measured and its own
  // parameters stand in for the number.
  const bool timed =
      sample.training.train_samples || learned_->fit->space.find(Level::workload, sample.workload()) >= 0;
  if (timed) {
    forecast.epoch_time_s = std::exp(log_time);
    forecast.epoch_energy_j = std::exp(log_time + log_power);
  }
  return forecast;
}

nlohmann::ordered_json PhysicsModel::to_json() const {
  nlohmann::ordered_json json;
  json["speed"] = learned_->speed ? learned_->speed->to_json() : nlohmann::ordered_json(nullptr);
  if (!learned_->fit) return json;
  json["parameters"] = learned_->fit->space.to_json(learned_->fit->values);
  json["covariance"] = covariance_json(learned_->fit->covariance);
  json["typical_networks"] = nlohmann::ordered_json::object();
  for (const auto& [source, typical] : learned_->typical)
    json["typical_networks"][source] = typical.to_json();
  json["residuals"] = nlohmann::ordered_json::object();
  for (const auto& [source, residual] : learned_->residuals)
    json["residuals"][source] = {{"time", residual.time.to_json()}, {"power", residual.power.to_json()}};
  return json;
}

Result<PhysicsModel> PhysicsModel::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "physics");
  Learned learned;
  if (const auto& speed = reader.member("speed"); !speed.is_null()) {
    auto read = SpeedModel::from_json(speed);
    if (!read) return propagate(read.error());
    learned.speed = std::move(*read);
  }
  if (learned.speed && reader.member("parameters").is_null()) return PhysicsModel(std::move(learned));
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
  TypicalNetworks typical;
  const auto& networks = reader.member("typical_networks");
  if (!networks.is_object())
    return fail(ErrorKind::malformed, "physics", "'typical_networks' is not an object");
  for (const auto& [source, laws] : networks.items()) {
    auto network = TypicalNetwork::from_json(laws);
    if (!network) return propagate(network.error());
    typical.emplace(source, *network);
  }
  auto covariance = covariance_from(reader.member("covariance"), parameters->second.size());
  if (!covariance) return propagate(covariance.error());
  learned.fit =
      PhysicsFit{std::move(parameters->first), std::move(parameters->second), std::move(*covariance)};
  learned.residuals = std::move(residuals);
  learned.typical = std::move(typical);
  return PhysicsModel(std::move(learned));
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
