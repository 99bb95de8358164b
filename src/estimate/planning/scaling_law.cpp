#include "estimate/planning/scaling_law.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace joulecast::estimate {
namespace {

constexpr double flop_per_weight_and_token = 6;

// Besiroglu et al. found the errors that Hoffmann et al. give much too small; both laws describe the same
// trainings, so their bootstrap errors serve both. The scatter is that of the losses around their fit.
constexpr LawErrors chinchilla_errors{
    .irreducible = 0.03, .size_exponent = 0.02, .data_exponent = 0.02, .scatter = 0.02};
constexpr Range chinchilla_sizes{57e6, 16.2e9}, chinchilla_data{0.25e9, 318e9};
constexpr double t5_tokens_in_a_step = 128 * 512;
constexpr double vit_images_in_a_step = 4096;
constexpr double patches = 14 * 14;

/// The data term is published as (scale / D)^exponent.
double data_factor(double scale, double exponent) {
  return std::pow(scale, exponent);
}

ScalingLaw frantar(std::string_view name, std::string_view trained_on) {
  ScalingLaw law;
  law.name = name;
  law.source = "Frantar et al. 2023, arXiv 2309.08520";
  law.trained_on = trained_on;
  return law;
}

ScalingLaw sparse_t5() {
  auto law = frantar("sparse-t5", "T5 on C4, loss of span corruption");
  law.data_unit = "tokens";
  law.irreducible = 0.651;
  law.sparse = SparseSize{16.79, 0.722, 45.02, 0.875};
  law.size_exponent = 0.245;
  law.data_exponent = 0.203;
  law.data_scale = data_factor(1.053e4 * t5_tokens_in_a_step, law.data_exponent);
  law.fitted_size = {1.3e6, 85e6};
  law.fitted_data = {250e3 * t5_tokens_in_a_step, 1e6 * t5_tokens_in_a_step};
  return law;
}

ScalingLaw sparse_vit() {
  auto law = frantar("sparse-vit", "vision transformers on JFT-4B, loss of classification");
  law.data_unit = "images";
  law.tokens_per_datum = patches;
  law.irreducible = 4.517;
  law.sparse = SparseSize{294.4, 0.821, 468.2, 0.875};
  law.size_exponent = 0.392;
  law.data_exponent = 0.890;
  law.data_scale = data_factor(2.37e8, law.data_exponent);
  law.fitted_size = {0.66e6, 42.4e6};
  law.fitted_data = {55e3 * vit_images_in_a_step, 440e3 * vit_images_in_a_step};
  return law;
}

ScalingLaw chinchilla(std::string_view name, std::string_view source) {
  ScalingLaw law;
  law.name = name;
  law.source = source;
  law.trained_on = "language models on MassiveText, nats a token";
  law.data_unit = "tokens";
  law.errors = chinchilla_errors;
  law.fitted_size = chinchilla_sizes;
  law.fitted_data = chinchilla_data;
  return law;
}

ScalingLaw hoffmann() {
  auto law = chinchilla("chinchilla", "Hoffmann et al. 2022, arXiv 2203.15556");
  law.irreducible = 1.69;
  law.size_scale = 406.4;
  law.size_exponent = 0.34;
  law.data_scale = 410.7;
  law.data_exponent = 0.28;
  return law;
}

ScalingLaw besiroglu() {
  auto law = chinchilla("chinchilla-refit", "Besiroglu et al. 2024, arXiv 2404.10102");
  law.irreducible = 1.8172;
  law.size_scale = 482.01;
  law.size_exponent = 0.3478;
  law.data_scale = 2085.43;
  law.data_exponent = 0.3658;
  return law;
}

double size_term(const ScalingLaw& law, double size, double sparsity) {
  return law.size_factor(sparsity) / std::pow(size, law.size_exponent);
}
double data_term(const ScalingLaw& law, double data) {
  return law.data_scale / std::pow(data, law.data_exponent);
}

double middle(const Range& range) {
  return std::sqrt(range.low * range.high);
}

/// FLOP for each (non-zero parameter x datum).
double flop_per_product(const ScalingLaw& law, double sparsity, Zeros zeros) {
  const double dense = flop_per_weight_and_token * law.tokens_per_datum / (1 - sparsity);
  constexpr double saved = 0.625;  // 1/4 dense, 1/2 at a mean of 3/4 of the final sparsity, 1/4 at all of it
  return zeros == Zeros::computed ? dense : dense * (1 - saved * sparsity);
}

}  // namespace

double ScalingLaw::size_factor(double sparsity) const {
  if (!sparse) return size_scale;
  return sparse->zeros_scale * std::pow(1 - sparsity, sparse->zeros_exponent) + sparse->constant;
}

std::span<const ScalingLaw> scaling_laws() {
  static const std::array laws{besiroglu(), hoffmann(), sparse_t5(), sparse_vit()};
  return laws;
}

Result<ScalingLaw> find_scaling_law(std::string_view name) {
  for (const auto& law : scaling_laws())
    if (law.name == name) return law;
  std::vector<std::string_view> names;
  for (const auto& law : scaling_laws()) names.push_back(law.name);
  return fail_field("law", "'{}' is not known; known are {}", name, fmt::join(names, ", "));
}

std::string_view name_of(Zeros zeros) {
  return zeros == Zeros::computed ? "computed" : "skipped";
}

double loss_of(const ScalingLaw& law, const Allocation& training) {
  return law.irreducible + size_term(law, training.size, training.sparsity) + data_term(law, training.data);
}

double training_flop(const ScalingLaw& law, const Allocation& training, Zeros zeros) {
  return flop_per_product(law, training.sparsity, zeros) * training.size * training.data;
}

Allocation best_allocation(const ScalingLaw& law, double flop, double sparsity, Zeros zeros) {
  const double product = flop / flop_per_product(law, sparsity, zeros);
  const double a = law.size_exponent, b = law.data_exponent;
  const double balance = std::pow(a * law.size_factor(sparsity) / (b * law.data_scale), 1 / (a + b));
  const double size = balance * std::pow(product, b / (a + b));
  return {.size = size, .data = product / size, .sparsity = sparsity};
}

Allocation allocation_of_size(const ScalingLaw& law, double flop, double size, double sparsity, Zeros zeros) {
  return {.size = size, .data = flop / (flop_per_product(law, sparsity, zeros) * size), .sparsity = sparsity};
}

Range sizes_as_good(const ScalingLaw& law, double flop, double sparsity, Zeros zeros, double tolerance) {
  const auto best = best_allocation(law, flop, sparsity, zeros);
  const double limit = loss_of(law, best) + tolerance;
  // Along a line of equal arithmetic the loss has one minimum, and it rises without end on both sides.
  const auto edge = [&](double direction) {
    const auto good = [&](double log_factor) {
      const double size = best.size * std::exp(direction * log_factor);
      return loss_of(law, allocation_of_size(law, flop, size, sparsity, zeros)) <= limit;
    };
    double inside = 0, outside = 1;
    while (good(outside)) outside *= 2;
    for (int i = 0; i < 60; ++i) {
      const double between = (inside + outside) / 2;
      (good(between) ? inside : outside) = between;
    }
    return best.size * std::exp(direction * inside);
  };
  return {edge(-1), edge(1)};
}

std::optional<double> loss_error(const ScalingLaw& law, const Allocation& training) {
  if (!law.errors) return std::nullopt;
  const auto& errors = *law.errors;
  const double size_middle = middle(law.fitted_size), data_middle = middle(law.fitted_data);
  const double by_size = size_term(law, training.size, training.sparsity);
  const double by_data = data_term(law, training.data);
  const double reducible = size_term(law, size_middle, 0) + data_term(law, data_middle);
  const double from_size = by_size * std::log(training.size / size_middle) * errors.size_exponent;
  const double from_data = by_data * std::log(training.data / data_middle) * errors.data_exponent;
  const double from_irreducible = errors.irreducible * (1 - (by_size + by_data) / reducible);
  return std::hypot(std::hypot(from_size, from_data), std::hypot(from_irreducible, errors.scatter));
}

std::vector<Extrapolation> extrapolations(const ScalingLaw& law, const Allocation& training) {
  std::vector<Extrapolation> found;
  const auto check = [&](std::string_view figure, double value, const Range& fitted) {
    if (value < fitted.low || value > fitted.high) found.push_back({figure, value, fitted});
  };
  check("parameters", training.size, law.fitted_size);
  check(law.data_unit, training.data, law.fitted_data);
  check("sparsity", training.sparsity, {0, law.sparse ? law.sparse->most_fitted : 0});
  return found;
}

}  // namespace joulecast::estimate
