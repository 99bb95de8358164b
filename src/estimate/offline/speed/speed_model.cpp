#include "estimate/offline/speed/speed_model.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

std::string domain_of(const Sample& sample) {
  return sample.step->work.transformer ? "tokens" : "images";
}

double median_size(std::vector<double> values) {
  for (double& value : values) value = std::abs(value);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Of most of the values, about 0: that of a normal distribution with their median size.
double standard_deviation(const std::vector<double>& values) {
  constexpr double sd_over_median = 1.4826;
  return sd_over_median * median_size(values);
}

/// What the equations leave of rows, by domain and software.
using Rests = std::map<std::string, std::map<std::string, std::vector<double>>>;

/// By domain, how far rows of the median software are off.
std::map<std::string, double> usual_scatter(const Rests& rests) {
  std::map<std::string, double> scatter;
  for (const auto& [domain, softwares] : rests) {
    std::vector<double> sizes;
    for (const auto& [software, values] : softwares) sizes.push_back(standard_deviation(values));
    scatter[domain] = median_size(std::move(sizes));
  }
  return scatter;
}

}  // namespace

Result<SpeedModel> SpeedModel::fit(std::span<const Sample> samples) {
  auto equations = StepEquations::fit(samples);
  if (!equations) return propagate(equations.error());
  SpeedModel model;
  model.equations_ = std::move(*equations);
  struct Rows {
    std::vector<SpeedFeatures> features;
    std::vector<double> residuals;
  };
  std::map<std::string, Rows> by_software;
  Rests rests;
  for (const auto& sample : samples) {
    if (!sample.step || !sample.measured.step_time_s) continue;
    const auto time = model.equations_.predict(sample);
    auto& rows = by_software[software_of(sample)];
    rows.features.push_back(speed_features(sample, time));
    rows.residuals.push_back(measured_log_seconds(sample) - time.log_seconds);
    rests[domain_of(sample)][software_of(sample)].push_back(rows.residuals.back());
  }
  model.scatter_ = usual_scatter(rests);
  for (auto& [software, rows] : by_software)
    model.residuals_[software] = SpeedResidual::fit(std::move(rows.features), std::move(rows.residuals));
  return model;
}

std::optional<SpeedModel::Speed> SpeedModel::predict(const Sample& sample) const {
  if (!sample.step) return std::nullopt;
  for (const auto& factor : step_terms(sample).all)
    if (!equations_.knows(factor.name)) return std::nullopt;
  const auto time = equations_.predict(sample);
  const auto features = speed_features(sample, time);
  const auto own = residuals_.find(software_of(sample));
  const auto scatter = scatter_.find(domain_of(sample));
  auto rest = own == residuals_.end() ? SpeedResidual().predict(features) : own->second.predict(features);
  // rows of other software scatter around the equations as those of measured software do
  if (own == residuals_.end() && scatter != scatter_.end()) rest.variance = std::pow(scatter->second, 2);
  const double tokens = sample.step->counts_tokens ? sample.step->work.tokens : 1;
  const double least = least_step_time(sample) * sample.gpu_count();
  const double log_time =
      least > 0 ? std::max(time.log_seconds + rest.mean, std::log(least)) : time.log_seconds + rest.mean;
  return Speed{std::exp(log_time) / sample.gpu_count() / tokens, std::sqrt(time.variance + rest.variance),
               std::min(1.0, time.gpu_s / std::exp(time.log_seconds))};
}

nlohmann::ordered_json SpeedModel::to_json() const {
  nlohmann::ordered_json json{{"factors", equations_.to_json()},
                              {"scatter", nlohmann::ordered_json::object()},
                              {"residuals", nlohmann::ordered_json::object()}};
  for (const auto& [domain, sd] : scatter_) json["scatter"][domain] = rounded(sd);
  for (const auto& [software, residual] : residuals_) json["residuals"][software] = residual.to_json();
  return json;
}

Result<SpeedModel> SpeedModel::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "speed");
  SpeedModel model;
  auto equations = StepEquations::from_json(reader.member("factors"));
  if (!equations) return propagate(equations.error());
  model.equations_ = std::move(*equations);
  const auto& scatter = reader.member("scatter");  // files of before it was kept have none
  if (scatter.is_object())
    for (const auto& [domain, sd] : scatter.items()) {
      if (!sd.is_number()) return fail(ErrorKind::malformed, "speed", "'{}' is not a number", domain);
      model.scatter_[domain] = sd.get<double>();
    }
  const auto& residuals = reader.member("residuals");
  if (!residuals.is_object()) return fail(ErrorKind::malformed, "speed", "'residuals' is not an object");
  for (const auto& [software, rows] : residuals.items()) {
    auto residual = SpeedResidual::from_json(rows);
    if (!residual) return propagate(residual.error());
    model.residuals_[software] = std::move(*residual);
  }
  return model;
}

}  // namespace joulecast::estimate
