#include "estimate/offline/regression/kernel_expansion.hpp"

#include <libsvm/svm.h>

#include <Eigen/Cholesky>
#include <memory>
#include <vector>

namespace joulecast::estimate {
namespace {

/// Relative to the kernel's diagonal of 1; far below any penalty that the search draws.
constexpr double factor_tolerance = 1e-6;
constexpr Eigen::Index max_rank = 300;

void say_nothing(const char*) {}

/// A dense row in libsvm's format: each value with its column number, then an end mark.
std::vector<svm_node> nodes_of(const Eigen::MatrixXd& z, Eigen::Index row) {
  std::vector<svm_node> nodes(static_cast<std::size_t>(z.cols()) + 1);
  for (Eigen::Index j = 0; j < z.cols(); ++j)
    nodes[static_cast<std::size_t>(j)] = {static_cast<int>(j) + 1, z(row, j)};
  nodes.back() = {-1, 0};
  return nodes;
}

svm_parameter parameters_of(double cost, double epsilon, double gamma) {
  svm_parameter parameter{};
  parameter.svm_type = EPSILON_SVR;
  parameter.kernel_type = RBF;
  parameter.gamma = gamma;
  parameter.C = cost;
  parameter.p = epsilon;
  parameter.cache_size = 64;  // MB
  parameter.eps = 1e-3;       // of the optimiser; libsvm's own default
  parameter.shrinking = 1;
  return parameter;
}

}  // namespace

KernelExpansion kernel_ridge(const Eigen::MatrixXd& z, const Eigen::VectorXd& y,
                             const Eigen::VectorXd& weights, double alpha, double gamma) {
  const auto column = [&](Eigen::Index j) -> Eigen::VectorXd {
    return (-gamma * (z.rowwise() - z.row(j)).rowwise().squaredNorm().array()).exp().matrix();
  };
  const auto one = [](Eigen::Index) { return 1.0; };
  const auto low_rank = pivoted_cholesky(z.rows(), one, column, factor_tolerance, max_rank);
  const auto& factor = low_rank.factor;
  const Eigen::Index rank = factor.cols();
  Eigen::MatrixXd normal = factor.transpose() * weights.asDiagonal() * factor;
  normal.diagonal().array() += alpha;
  const Eigen::VectorXd beta = normal.llt().solve(factor.transpose() * weights.cwiseProduct(y));
  KernelExpansion result;
  Eigen::MatrixXd at_pivots(rank, rank);
  result.centres.resize(rank, z.cols());
  for (Eigen::Index i = 0; i < rank; ++i) {
    const auto pivot = low_rank.pivots[static_cast<std::size_t>(i)];
    at_pivots.row(i) = factor.row(pivot);
    result.centres.row(i) = z.row(pivot);
  }
  // f(z) = phi(z).beta with phi(z) = L_pp^-1 k(z, pivots): the coefficients at the pivots are L_pp^-T beta.
  result.coefficients = at_pivots.triangularView<Eigen::Lower>().transpose().solve(beta);
  return result;
}

KernelExpansion support_vectors(const Eigen::MatrixXd& z, const Eigen::VectorXd& y, double cost,
                                double epsilon, double gamma) {
  std::vector<std::vector<svm_node>> rows;
  std::vector<svm_node*> pointers;
  rows.reserve(static_cast<std::size_t>(z.rows()));
  pointers.reserve(rows.capacity());
  for (Eigen::Index i = 0; i < z.rows(); ++i) rows.push_back(nodes_of(z, i));
  for (auto& row : rows) pointers.push_back(row.data());
  std::vector<double> targets(y.begin(), y.end());
  const svm_problem problem{static_cast<int>(rows.size()), targets.data(), pointers.data()};
  const auto parameter = parameters_of(cost, epsilon, gamma);
  // Set only once, because all threads share this function pointer.
  [[maybe_unused]] static const bool silent = (svm_set_print_string_function(say_nothing), true);
  const auto free_model = [](svm_model* model) { svm_free_and_destroy_model(&model); };
  const std::unique_ptr<svm_model, decltype(free_model)> model(svm_train(&problem, &parameter), free_model);
  KernelExpansion result;
  result.centres.resize(model->l, z.cols());
  result.coefficients.resize(model->l);
  for (int i = 0; i < model->l; ++i) {
    result.centres.row(i) = z.row(model->sv_indices[i] - 1);
    result.coefficients[i] = model->sv_coef[0][i];
  }
  result.offset = -model->rho[0];
  return result;
}

}  // namespace joulecast::estimate
