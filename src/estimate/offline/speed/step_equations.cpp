#include "estimate/offline/speed/step_equations.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/eigen_json.hpp"
#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

constexpr double overlap = 3;        ///< m of the smooth maximum
constexpr double row_sd = 0.25;      ///< how far rows scatter around the equations
constexpr double robust_from = 0.4;  ///< rows that are off by more count less
/// Rows of one network on one board are alike: n of them count as n^(1 - 2 x 0.35).
constexpr double alike = 0.35;
/// Forward passes alone tell of a board what trainings need to know, but there are many of them, and what
/// they wait for is another thing: with their full weight, trainings of networks beside them were a fifth
/// further off.
constexpr double forward_weight = 0.5;
constexpr int most_steps = 15;

bool is_gpu_work(std::size_t term) {
  return term < static_cast<std::size_t>(StepTerm::launches);
}

/// Indices of the factors of a row, by term; then those of the whole.
struct Row {
  StepTerms terms;
  std::array<std::vector<int>, step_term_count> factors;
  std::vector<int> all;
  std::vector<int> unique;  ///< all of them, each once
  double log_measured = 0;
  double weight = 1;
};

struct Times {
  double log_t = 0, gpu = 0;
  std::array<double, step_term_count> shares{};
};

template <class ValueOf>
Times times_of(const StepTerms& terms, const ValueOf& log_factor_of) {
  std::array<double, step_term_count> seconds{};
  const double whole = log_factor_of(step_term_count);
  double gpu = 0;
  for (std::size_t k = 0; k < step_term_count; ++k) {
    seconds[k] = terms.seconds[k] * std::exp(log_factor_of(k) + (is_gpu_work(k) ? whole : 0));
    if (is_gpu_work(k)) gpu += seconds[k];
  }
  const double launches = seconds[static_cast<std::size_t>(StepTerm::launches)];
  const double busy = std::pow(std::pow(gpu, overlap) + std::pow(launches, overlap), 1 / overlap);
  const double total = busy + seconds[static_cast<std::size_t>(StepTerm::node_exchange)] +
                       seconds[static_cast<std::size_t>(StepTerm::net_exchange)] +
                       seconds[static_cast<std::size_t>(StepTerm::token_exchange)] +
                       seconds[static_cast<std::size_t>(StepTerm::tensor_exchange)];
  Times times{std::log(total), gpu, {}};
  for (std::size_t k = 0; k < step_term_count; ++k) {
    double slope = 1;
    if (is_gpu_work(k)) slope = std::pow(gpu / busy, overlap - 1);
    if (k == static_cast<std::size_t>(StepTerm::launches)) slope = std::pow(launches / busy, overlap - 1);
    times.shares[k] = slope * seconds[k] / total;
  }
  return times;
}

/// The rows, and the priors of all their factors.
class Problem {
 public:
  explicit Problem(std::span<const Sample> samples) {
    std::map<std::string, int> counts;
    std::vector<std::string> groups;
    for (const auto& sample : samples) {
      if (!sample.step || !sample.measured.step_time_s) continue;
      Row row{step_terms(sample), {}, {}, {}, measured_log_seconds(sample), 1};
      for (std::size_t k = 0; k < step_term_count; ++k)
        if (row.terms.seconds[k] > 0)
          for (const auto& factor : row.terms.factors[k]) row.factors[k].push_back(index_of(factor));
      for (const auto& factor : row.terms.all) row.all.push_back(index_of(factor));
      row.unique = row.all;
      for (const auto& factors : row.factors)
        row.unique.insert(row.unique.end(), factors.begin(), factors.end());
      std::ranges::sort(row.unique);
      row.unique.erase(std::unique(row.unique.begin(), row.unique.end()), row.unique.end());
      row.weight = sample.step->setup.training ? 1 : forward_weight;
      groups.push_back(software_of(sample) + "\n" + sample.gpu.name + "\n" + sample.training.architecture +
                       "\n" + sample.training.precision);
      ++counts[groups.back()];
      rows_.push_back(std::move(row));
    }
    for (std::size_t i = 0; i < rows_.size(); ++i)
      rows_[i].weight *= std::pow(counts[groups[i]], -alike) / row_sd;
  }

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] const std::map<std::string, int>& index() const { return index_; }

  /// One Gauss-Newton step. Gives the curvature of the posterior, of which the inverse is its covariance.
  Eigen::MatrixXd step(Eigen::VectorXd& values, double& length) const {
    const auto n = static_cast<Eigen::Index>(priors_.size());
    Eigen::MatrixXd curvature = Eigen::MatrixXd::Zero(n, n);
    Eigen::VectorXd slope = Eigen::VectorXd::Zero(n);
    for (const auto& row : rows_) add(row, values, curvature, slope);
    for (Eigen::Index j = 0; j < n; ++j) {
      const auto& prior = priors_[static_cast<std::size_t>(j)];
      const double precision = 1 / (prior.sd * prior.sd);
      curvature(j, j) += precision;
      slope(j) -= (values(j) - prior.mean) * precision;
    }
    const Eigen::VectorXd change = curvature.llt().solve(slope).cwiseMax(-1.0).cwiseMin(1.0);
    values += change;
    length = change.cwiseAbs().maxCoeff();
    return curvature;
  }

  [[nodiscard]] Eigen::VectorXd prior_means() const {
    Eigen::VectorXd means(static_cast<Eigen::Index>(priors_.size()));
    for (std::size_t j = 0; j < priors_.size(); ++j) means(static_cast<Eigen::Index>(j)) = priors_[j].mean;
    return means;
  }

 private:
  int index_of(const Factor& factor) {
    const auto [at, fresh] = index_.emplace(factor.name, static_cast<int>(priors_.size()));
    if (fresh) priors_.push_back(factor);
    return at->second;
  }

  static void add(const Row& row, const Eigen::VectorXd& values, Eigen::MatrixXd& curvature,
                  Eigen::VectorXd& slope) {
    const auto times = times_of(row.terms, [&](std::size_t k) {
      double sum = 0;
      for (const int j : k < step_term_count ? row.factors[k] : row.all) sum += values(j);
      return sum;
    });
    std::vector<double> gradient(row.unique.size());  // by row.unique
    const auto of = [&](int factor) -> double& {
      return gradient[static_cast<std::size_t>(std::ranges::lower_bound(row.unique, factor) -
                                               row.unique.begin())];
    };
    double whole = 0;
    for (std::size_t k = 0; k < step_term_count; ++k) {
      if (is_gpu_work(k)) whole += times.shares[k];
      for (const int j : row.factors[k]) of(j) += times.shares[k];
    }
    for (const int j : row.all) of(j) += whole;
    const double residual = row.log_measured - times.log_t;
    const double weight =
        row.weight * row.weight / std::sqrt(1 + residual * residual / (robust_from * robust_from));
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      slope(row.unique[i]) += weight * gradient[i] * residual;
      for (std::size_t j = 0; j < gradient.size(); ++j)
        curvature(row.unique[j], row.unique[i]) += weight * gradient[i] * gradient[j];
    }
  }

  std::vector<Row> rows_;
  std::map<std::string, int> index_;
  std::vector<Factor> priors_;
};

}  // namespace

double measured_log_seconds(const Sample& sample) {
  const double per_sample =
      *sample.measured.step_time_s * (sample.step->counts_tokens ? sample.step->work.tokens : 1);
  return std::log(per_sample * sample.gpu_count());
}

Result<StepEquations> StepEquations::fit(std::span<const Sample> samples) {
  const Problem problem(samples);
  if (problem.empty()) return fail(ErrorKind::invalid, "speed", "no row tells the speed of a step");
  auto values = problem.prior_means();
  double length = 1;
  constexpr double converged = 1e-3;
  Eigen::MatrixXd curvature;
  for (int i = 0; i < most_steps && length > converged; ++i) curvature = problem.step(values, length);
  StepEquations result;
  result.index_ = problem.index();
  result.values_ = std::move(values);
  result.covariance_ = curvature.llt().solve(Eigen::MatrixXd::Identity(curvature.rows(), curvature.cols()));
  return result;
}

double StepEquations::log_factor(const StepTerms& terms, std::size_t term, const Factor* moved,
                                 double by) const {
  double sum = 0;
  for (const auto& factor : term < step_term_count ? terms.factors[term] : terms.all) {
    const auto known = index_.find(factor.name);
    sum += known == index_.end() ? factor.mean : values_(known->second);
    if (moved && factor.name == moved->name) sum += by;
  }
  return sum;
}

double StepEquations::unmeasured_variance(const StepTerms& terms, double log_seconds) const {
  std::map<std::string, const Factor*> unmeasured;
  const auto collect = [&](const std::vector<Factor>& factors) {
    for (const auto& factor : factors)
      if (!knows(factor.name)) unmeasured.emplace(factor.name, &factor);
  };
  std::ranges::for_each(terms.factors, collect);
  collect(terms.all);
  double variance = 0;
  for (const auto& [name, factor] : unmeasured) {
    double furthest = 0;
    for (const double by : {-factor->sd, factor->sd}) {
      const auto moved = times_of(terms, [&](std::size_t k) { return log_factor(terms, k, factor, by); });
      furthest = std::max(furthest, std::abs(moved.log_t - log_seconds));
    }
    variance += furthest * furthest;
  }
  return variance;
}

StepTime StepEquations::predict(const Sample& sample) const {
  const auto terms = step_terms(sample);
  const auto times = times_of(terms, [&](std::size_t k) { return log_factor(terms, k, nullptr, 0); });
  std::map<int, double> slopes;  // d log t / d factor
  const auto add = [&](const Factor& factor, double share) {
    if (const auto known = index_.find(factor.name); known != index_.end()) slopes[known->second] += share;
  };
  double whole = 0;
  for (std::size_t k = 0; k < step_term_count; ++k) {
    if (is_gpu_work(k)) whole += times.shares[k];
    for (const auto& factor : terms.factors[k]) add(factor, times.shares[k]);
  }
  for (const auto& factor : terms.all) add(factor, whole);
  StepTime result{times.log_t, 0, times.shares, times.gpu};
  for (const auto& [i, a] : slopes)
    for (const auto& [j, b] : slopes) result.variance += a * b * covariance_(i, j);
  result.variance = std::max(result.variance, 0.0) + unmeasured_variance(terms, times.log_t);
  return result;
}

nlohmann::ordered_json StepEquations::to_json() const {
  auto names = nlohmann::ordered_json::object();
  for (const auto& [name, j] : index_) names[name] = rounded(values_(j));
  // in the order of the names
  Eigen::MatrixXd ordered(covariance_.rows(), covariance_.cols());
  Eigen::Index row = 0;
  for (const auto& [first, a] : index_) {
    Eigen::Index column = 0;
    for (const auto& [second, b] : index_) ordered(row, column++) = covariance_(a, b);
    ++row;
  }
  return {{"values", std::move(names)}, {"covariance", covariance_json(ordered)}};
}

Result<StepEquations> StepEquations::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "speed");
  const auto& names = reader.member("values");
  if (!names.is_object()) return fail(ErrorKind::malformed, "speed", "'factors' has no values");
  const auto n = static_cast<Eigen::Index>(names.size());
  auto covariance = covariance_from(reader.member("covariance"), n);
  if (!covariance) return propagate(covariance.error());
  StepEquations result;
  result.covariance_ = std::move(*covariance);
  result.values_.resize(n);
  int i = 0;
  for (const auto& [name, value] : names.items()) {
    if (!value.is_number()) return fail(ErrorKind::malformed, "speed", "'{}' is not a number", name);
    result.index_[name] = i;
    result.values_(i++) = value.get<double>();
  }
  return result;
}

}  // namespace joulecast::estimate
