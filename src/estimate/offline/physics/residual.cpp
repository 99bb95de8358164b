#include "estimate/offline/physics/residual.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "estimate/offline/eigen_json.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/regression/kernel_expansion.hpp"

namespace joulecast::estimate {
namespace {

constexpr Eigen::Index most_inducing = 400;
constexpr double batch_length = 1.2;  ///< length scale of log batch
/// length scale of log batch in the part that spans all batches of a workload on a host
constexpr double far_batch_length = 2.5;
constexpr double limit_length = 0.3;  ///< length scale of log limit
constexpr double headroom_length = 0.4;
constexpr double load_length = 0.3;
constexpr double other_optimiser = 0.8;  ///< correlation of rows with different optimisers
const Eigen::VectorXd network_lengths{{1.5, 1.5, 1.0, 1.5, 0.25}};

double gauss(double distance, double length) {
  return std::exp(-0.5 * distance * distance / (length * length));
}

}  // namespace

ResidualFeatures residual_features(const Sample& sample, const PhysicsOutput& physics) {
  ResidualFeatures f;
  f.workload = sample.workload();
  f.host = sample.host();
  f.setting = sample.setting();
  f.optimiser = sample.training.optimizer;
  f.log_batch = std::log(sample.batch() / sample.gpu_count());
  f.log_limit = std::log(sample.limit_w() / sample.gpu.power_limit.value());
  f.log_headroom = std::log(std::min(physics.limit_over_demand, 1.5));
  f.has_work = sample.work.has_value();
  f.load.resize(2 + static_cast<Eigen::Index>(term_count));
  f.load[0] = physics.busy;
  f.load[1] = std::log(physics.clock);
  for (std::size_t i = 0; i < term_count; ++i) f.load[static_cast<Eigen::Index>(i) + 2] = physics.shares[i];
  f.network.setZero(network_lengths.size());
  if (sample.work) {
    const auto& work = *sample.work;
    const double flops = std::max(work.flops(), 1e6);
    f.network << std::log(flops), std::log(std::max(work.bytes(), 1e5)),
        std::log(std::max(work.kernels, 10.0)), std::log(std::max(work.weight_bytes, 1e5)),
        work[Term::depthwise_flops] / flops;
    f.network = f.network.cwiseQuotient(network_lengths);
  }
  return f;
}

ResidualScales time_scales() {
  return {0.15, 0.15, 0.10, 0.05, 0.20, 0.30, 0.30, 0.15, 0.03};
}
ResidualScales power_scales() {
  return {0.05, 0.06, 0.05, 0.03, 0.05, 0.15, 0.15, 0.10, 0.02};
}

KernelParts kernel_parts(const ResidualFeatures& a, const ResidualFeatures& b, const ResidualScales& s) {
  const auto square = [](double value) { return value * value; };
  const bool same_host = a.host == b.host;
  const double batch = gauss(a.log_batch - b.log_batch, batch_length);
  const double load = std::exp(-0.5 * (a.load - b.load).squaredNorm() / (load_length * load_length));
  KernelParts parts{};
  if (a.workload == b.workload) {
    parts[0] = square(s.workload) * batch * gauss(a.log_headroom - b.log_headroom, headroom_length);
    if (same_host) {
      const double near = batch * gauss(a.log_limit - b.log_limit, limit_length);
      const double far = gauss(a.log_batch - b.log_batch, far_batch_length);
      parts[1] = square(s.workload_on_host) * (a.optimiser == b.optimiser ? 1 : other_optimiser) * 0.5 *
                 (near + far);
    }
  }
  if (same_host) parts[2] = square(s.host_load) * load;
  parts[3] = square(s.load) * load;
  if (same_host) parts[4] = square(s.host);
  if (a.has_work && b.has_work) {
    const double like = batch * std::exp(-0.5 * (a.network - b.network).squaredNorm());
    parts[5] = square(s.network) * like;
    if (a.setting == b.setting) parts[6] = square(s.network_setting) * like;
    if (same_host) parts[7] = square(s.network_host) * like;
  }
  return parts;
}

double kernel(const ResidualFeatures& a, const ResidualFeatures& b, const ResidualScales& scales) {
  const auto parts = kernel_parts(a, b, scales);
  return std::accumulate(parts.begin(), parts.end(), 0.0);
}

Residual Residual::fit(const std::vector<ResidualFeatures>& rows, const Eigen::VectorXd& residuals,
                       const Eigen::VectorXd& noise, const ResidualScales& scales) {
  const auto n = static_cast<Eigen::Index>(rows.size());
  const auto at = [&](Eigen::Index i) -> const ResidualFeatures& {
    return rows[static_cast<std::size_t>(i)];
  };
  const auto column = [&](Eigen::Index j) {
    Eigen::VectorXd values(n);
    for (Eigen::Index i = 0; i < n; ++i) values[i] = kernel(at(i), at(j), scales);
    return values;
  };
  const auto variance = [&](Eigen::Index i) { return kernel(at(i), at(i), scales); };
  const double tolerance = 1e-3 * noise.minCoeff() * noise.minCoeff();
  const auto low_rank = pivoted_cholesky(n, variance, column, std::max(tolerance, 1e-9), most_inducing);
  const auto& factor = low_rank.factor;
  const auto rank = factor.cols();
  Residual result;
  result.scales_ = scales;
  const Eigen::VectorXd precision = noise.array().square().inverse();
  Eigen::MatrixXd normal = factor.transpose() * precision.asDiagonal() * factor;
  normal.diagonal().array() += 1;
  const Eigen::VectorXd beta = normal.llt().solve(factor.transpose() * precision.cwiseProduct(residuals));
  Eigen::MatrixXd at_pivots(rank, rank);
  for (Eigen::Index i = 0; i < rank; ++i) {
    const auto pivot = low_rank.pivots[static_cast<std::size_t>(i)];
    at_pivots.row(i) = factor.row(pivot);
    result.inducing_.push_back(at(pivot));
  }
  result.coefficients_ = at_pivots.triangularView<Eigen::Lower>().transpose().solve(beta);
  return result;
}

Residual::Value Residual::predict(const ResidualFeatures& row) const {
  Value value;
  KernelParts nearest{};
  for (std::size_t i = 0; i < inducing_.size(); ++i) {
    const auto parts = kernel_parts(row, inducing_[i], scales_);
    value.mean +=
        coefficients_[static_cast<Eigen::Index>(i)] * std::accumulate(parts.begin(), parts.end(), 0.0);
    for (std::size_t part = 0; part < parts.size(); ++part)
      nearest[part] = std::max(nearest[part], parts[part]);
  }
  const auto own = kernel_parts(row, row, scales_);
  for (std::size_t part = 0; part < own.size(); ++part)
    if (own[part] > 0) value.variance += own[part] - nearest[part] * nearest[part] / own[part];
  value.variance += scales_.noise * scales_.noise;
  return value;
}

nlohmann::ordered_json Residual::to_json() const {
  std::vector<std::string> names;
  std::map<std::string, std::size_t> index;
  const auto number_of = [&](const std::string& name) {
    const auto [at, fresh] = index.emplace(name, names.size());
    if (fresh) names.push_back(name);
    return static_cast<double>(at->second);
  };
  nlohmann::ordered_json json;
  Eigen::VectorXd scales(9);
  scales << scales_.workload, scales_.workload_on_host, scales_.host_load, scales_.load, scales_.host,
      scales_.network, scales_.network_setting, scales_.network_host, scales_.noise;
  json["scales"] = numbers_of(scales);
  json["coefficients"] = numbers_of(coefficients_);
  auto rows = nlohmann::ordered_json::array();
  for (const auto& f : inducing_) {
    std::vector<double> row{
        number_of(f.workload), number_of(f.host), number_of(f.setting), number_of(f.optimiser),
        f.has_work ? 1.0 : 0,  f.log_batch,       f.log_limit,          f.log_headroom};
    row.insert(row.end(), f.load.begin(), f.load.end());
    row.insert(row.end(), f.network.begin(), f.network.end());
    rows.push_back(text_of(row));
  }
  json["names"] = names;
  json["inducing"] = std::move(rows);
  return json;
}

Result<Residual> Residual::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "residual");
  const auto load_size = 2 + static_cast<Eigen::Index>(term_count);
  const auto columns = 8 + load_size + network_lengths.size();
  const auto names = reader.texts("names");
  const auto scales = reader.numbers("scales");
  const auto rows = matrix_of(reader.text_rows("inducing", static_cast<std::size_t>(columns)), columns);
  Residual result;
  result.coefficients_ = vector_of(reader.numbers("coefficients"));
  if (reader.error()) return propagate(*reader.error());
  if (scales.size() != 9 || rows.rows() != result.coefficients_.size())
    return fail(ErrorKind::malformed, "residual", "arrays of different lengths");
  result.scales_ = {scales[0], scales[1], scales[2], scales[3], scales[4],
                    scales[5], scales[6], scales[7], scales[8]};
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    for (Eigen::Index j = 0; j < 4; ++j)
      if (!(rows(i, j) >= 0 && rows(i, j) < static_cast<double>(names.size())))
        return fail(ErrorKind::malformed, "residual", "a row names what is not in the list of names");
    const auto name = [&](Eigen::Index j) { return names[static_cast<std::size_t>(rows(i, j))]; };
    result.inducing_.push_back({name(0), name(1), name(2), name(3), rows(i, 5), rows(i, 6), rows(i, 7),
                                rows(i, 4) != 0, rows.row(i).segment(8, load_size).transpose(),
                                rows.row(i).tail(network_lengths.size()).transpose()});
  }
  return result;
}

}  // namespace joulecast::estimate
