#include "estimate/offline/physics/typical_network.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::size_t least_networks = 10;
constexpr double bytes_of_parameter = 4;

/// Bayesian least squares of 1 to 3 coefficients with a Gaussian prior.
template <class Law>
Law updated(const Law& prior, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  constexpr double noise = 0.5;
  const Eigen::Vector3d sd{3, 0.3, 0.3}, mean{prior.constant, prior.of_gmacs, prior.of_parameters};
  const auto k = x.cols();
  Eigen::MatrixXd normal = x.transpose() * x / (noise * noise);
  normal.diagonal() += sd.head(k).cwiseAbs2().cwiseInverse();
  const Eigen::VectorXd right = x.transpose() * (y - x * mean.head(k)) / (noise * noise);
  Eigen::Vector3d coefficients = mean;
  coefficients.head(k) += normal.llt().solve(right);
  return {coefficients[0], coefficients[1], coefficients[2]};
}

double total_of(const NetworkWork& work, Term term) {
  return is_compute(term) || term == Term::depthwise_flops ? work.flops() : work.bytes();
}

}  // namespace

TypicalNetwork::TypicalNetwork()
    : flops_{21.416, 1, 0},  // two FLOPs per MAC
      bytes_{20.565, 0.99, -0.73},
      kernels_{6.53, 0.33, -0.54},
      parameters_(2.64),
      parameters_of_gmacs_(0.6),
      shares_{0.45, 0.5, 0.0, 0.25, 0.05, 0.26, 0.05, 0.6, 0.04, 0.05} {}

std::optional<TypicalNetwork> TypicalNetwork::fit(std::span<const Known> networks) {
  if (networks.size() < least_networks) return std::nullopt;
  const auto n = static_cast<Eigen::Index>(networks.size());
  Eigen::MatrixXd x(n, 3);
  Eigen::VectorXd flops(n), bytes(n), kernels(n);
  TypicalNetwork typical;
  typical.shares_.fill(0);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& [gmacs, parameters, work] = networks[static_cast<std::size_t>(i)];
    if (!(gmacs > 0 && parameters > 0 && work.flops() > 0 && work.bytes() > 0 && work.kernels > 0))
      return std::nullopt;
    x.row(i) << 1, std::log(gmacs), std::log(parameters * 1e-6);
    flops[i] = std::log(work.flops());
    bytes[i] = std::log(work.bytes());
    kernels[i] = std::log(work.kernels);
    for (std::size_t k = 0; k < term_count; ++k)
      typical.shares_[k] += work.terms[k] / total_of(work, static_cast<Term>(k)) / static_cast<double>(n);
  }
  typical.flops_ = updated(typical.flops_, x, flops);
  typical.bytes_ = updated(typical.bytes_, x, bytes);
  typical.kernels_ = updated(typical.kernels_, x, kernels);
  const PowerLaw size =
      updated(PowerLaw{typical.parameters_, typical.parameters_of_gmacs_, 0}, x.leftCols(2), x.col(2));
  typical.parameters_ = size.constant;
  typical.parameters_of_gmacs_ = size.of_gmacs;
  return typical;
}

NetworkWork TypicalNetwork::work(double gmacs, std::optional<double> parameters) const {
  const double arithmetic = std::log(gmacs);
  const double size =
      parameters ? std::log(*parameters * 1e-6) : parameters_ + parameters_of_gmacs_ * arithmetic;
  const auto value = [&](const PowerLaw& law) {
    return std::exp(law.constant + law.of_gmacs * arithmetic + law.of_parameters * size);
  };
  NetworkWork work;
  work.gmacs = value(flops_) / 2e9;
  work.parameters = 1e6 * std::exp(size);
  work.weight_bytes = bytes_of_parameter * work.parameters;
  work.kernels = value(kernels_);
  const double flops = value(flops_), bytes = value(bytes_);
  for (std::size_t k = 0; k < term_count; ++k) {
    const auto term = static_cast<Term>(k);
    work.terms[k] = shares_[k] * (is_compute(term) || term == Term::depthwise_flops ? flops : bytes);
  }
  return work;
}

nlohmann::ordered_json TypicalNetwork::to_json() const {
  const auto law = [](const PowerLaw& l) {
    return nlohmann::ordered_json{rounded(l.constant), rounded(l.of_gmacs), rounded(l.of_parameters)};
  };
  nlohmann::ordered_json json{{"flops", law(flops_)}, {"bytes", law(bytes_)}, {"kernels", law(kernels_)}};
  json["parameters"] = {rounded(parameters_), rounded(parameters_of_gmacs_)};
  for (std::size_t k = 0; k < term_count; ++k)
    json["shares"][std::string(name_of(static_cast<Term>(k)))] = rounded(shares_[k]);
  return json;
}

Result<TypicalNetwork> TypicalNetwork::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "typical network");
  TypicalNetwork typical;
  const auto flops = reader.numbers("flops"), bytes = reader.numbers("bytes"),
             kernels = reader.numbers("kernels"), parameters = reader.numbers("parameters");
  JsonReader shares(reader.member("shares"), "shares");
  for (std::size_t k = 0; k < term_count; ++k)
    typical.shares_[k] = shares.number(name_of(static_cast<Term>(k)));
  for (const auto* read : {&reader, &shares})
    if (read->error()) return propagate(*read->error());
  if (flops.size() != 3 || bytes.size() != 3 || kernels.size() != 3 || parameters.size() != 2)
    return fail(ErrorKind::malformed, "typical network", "a power law is not three numbers");
  typical.flops_ = {flops[0], flops[1], flops[2]};
  typical.bytes_ = {bytes[0], bytes[1], bytes[2]};
  typical.kernels_ = {kernels[0], kernels[1], kernels[2]};
  typical.parameters_ = parameters[0];
  typical.parameters_of_gmacs_ = parameters[1];
  return typical;
}

}  // namespace joulecast::estimate
