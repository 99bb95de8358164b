// Scaling laws: the loss that a language or vision model reaches, from its size and the data that it sees.
//
//   loss = irreducible + A(S) / N^size_exponent + B / D^data_exponent
//
// N: parameters, without embeddings; for a sparse model those that are not zero. D: tokens or images. S:
// sparsity, the share of zeros among the weights.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::estimate {

struct Range {
  double low = 0, high = 0;
};

/// A(S) = zeros_scale (1-S)^zeros_exponent + constant (Frantar et al. 2023, equation 1).
struct SparseSize {
  double zeros_scale = 0, zeros_exponent = 0, constant = 0;
  double most_fitted = 0;  ///< sparsity of the sparsest model behind the law
};

/// Standard errors of a law's constants.
struct LawErrors {
  double irreducible = 0, size_exponent = 0, data_exponent = 0;
  double scatter = 0;  ///< of a single training around the law
};

struct ScalingLaw {
  std::string_view name;    ///< "chinchilla-refit"
  std::string_view source;  ///< the publication
  std::string_view trained_on;
  std::string_view data_unit;   ///< "tokens", "images"
  double tokens_per_datum = 1;  ///< 6 N FLOP are needed for each token
  double irreducible = 0;
  double size_scale = 0, size_exponent = 0;  ///< size_scale: A of a dense model
  double data_scale = 0, data_exponent = 0;
  std::optional<SparseSize> sparse{};
  std::optional<LawErrors> errors{};  ///< if published
  /// What the trainings behind the law covered.
  Range fitted_size, fitted_data;

  [[nodiscard]] double size_factor(double sparsity) const;  ///< A(S)
};

/// chinchilla-refit (Besiroglu et al. 2024), chinchilla (Hoffmann et al. 2022), sparse-t5 and sparse-vit
/// (Frantar et al. 2023).
[[nodiscard]] std::span<const ScalingLaw> scaling_laws();
/// invalid, with the known names, for another name.
[[nodiscard]] Result<ScalingLaw> find_scaling_law(std::string_view name);

/// A model and its training.
struct Allocation {
  double size = 0;  ///< parameters that are not zero
  double data = 0;
  double sparsity = 0;
  [[nodiscard]] double all_parameters() const { return size / (1 - sparsity); }
};

[[nodiscard]] double loss_of(const ScalingLaw& law, const Allocation& training);

/// How the arithmetic of a sparse model is counted.
enum class Zeros {
  /// As GPUs do it today: 6 FLOP for each weight and token, zero or not.
  computed,
  /// As if zeros cost nothing: 1 - 0.625 S of it. The weights become sparse by a cubic schedule between a
  /// quarter and three quarters of the training (Frantar et al. 2023, section 2).
  skipped,
};
[[nodiscard]] std::string_view name_of(Zeros zeros);

/// 6 N D, and N counts zeros too.
[[nodiscard]] double training_flop(const ScalingLaw& law, const Allocation& training, Zeros zeros);

/// The training with the lowest loss among those that need so much arithmetic. Closed form: with
/// N D = k, dL/dN = 0 gives N = (a A / (b B))^(1/(a+b)) k^(b/(a+b)).
[[nodiscard]] Allocation best_allocation(const ScalingLaw& law, double flop, double sparsity, Zeros zeros);
/// The data that a model of this size can see with so much arithmetic.
[[nodiscard]] Allocation allocation_of_size(const ScalingLaw& law, double flop, double size, double sparsity,
                                            Zeros zeros);

/// Sizes between which the loss is at most `tolerance` above that of the best allocation.
[[nodiscard]] Range sizes_as_good(const ScalingLaw& law, double flop, double sparsity, Zeros zeros,
                                  double tolerance);

/// Standard deviation of the loss of a training, from the errors of the law's constants; nothing if they were
/// not published. The constants are correlated, because the fit is tied to the trainings behind it: in their
/// middle the law is as sure as its scatter. Away from there an error of an exponent turns each term around
/// the middle, and an error of the irreducible loss is what the terms have to make up for there.
[[nodiscard]] std::optional<double> loss_error(const ScalingLaw& law, const Allocation& training);

/// A figure that lies outside of what the trainings behind the law covered.
struct Extrapolation {
  std::string_view figure;  ///< "parameters", "tokens", "sparsity"
  double value = 0;
  Range fitted;
};
[[nodiscard]] std::vector<Extrapolation> extrapolations(const ScalingLaw& law, const Allocation& training);

}  // namespace joulecast::estimate
