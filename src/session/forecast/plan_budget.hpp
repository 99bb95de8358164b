// The model and the amount of data that make the most of a budget of energy, time or money:
// `joulecast budget`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/place.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "carbon/intensity.hpp"
#include "estimate/planning/scaling_law.hpp"
#include "hardware/catalogue.hpp"

namespace joulecast::session {

/// Numbers and names as the user typed them.
struct BudgetRequest {
  std::string amount;             ///< "100kWh", "72h" of all GPUs together, "500 gpu-h", "2000EUR"
  std::vector<std::string> gpus;  ///< see hardware::resolve_gpu()
  int gpu_count = 1;
  std::string precision = "bf16";   ///< of the matrix products: bf16, fp16, tf32, fp32
  std::optional<double> mfu;        ///< share of the GPU's peak that the training reaches, 0..1
  std::optional<double> power_w;    ///< mean power of one GPU
  std::optional<double> host_w;     ///< power of the rest of the machine, for each GPU
  std::optional<double> kwh_price;  ///< in the budget's currency, likewise the next
  std::optional<double> gpu_hour_price;
  std::vector<double> sparsities{0.5, 0.75};
  std::vector<std::string> laws{"chinchilla-refit", "chinchilla", "sparse-t5"};
  std::string size;  ///< parameters of a model that is already chosen: "7B", "350M", "7e9"; "" = none
  Place place;       ///< for emissions and the PUE
};

enum class BudgetKind { energy, time, gpu_time, money };
[[nodiscard]] std::string_view name_of(BudgetKind kind);

struct Budget {
  BudgetKind kind = BudgetKind::energy;
  double amount = 0;     ///< J, s, GPU s, or the currency's unit
  std::string currency;  ///< as typed: "EUR"
};
/// invalid for an amount without a unit, and for one that is not positive.
[[nodiscard]] Result<Budget> parse_budget(std::string_view text);

/// "7B" -> 7e9, with k, M, B or G, T, or without a unit; invalid otherwise, naming the field.
[[nodiscard]] Result<double> parse_count(std::string_view text, const std::string& field);

/// A figure with a 90 % interval.
struct Ranged {
  double value = 0, low = 0, high = 0;
};

/// How well the training uses the GPU: given by the user, or assumed.
struct Efficiency {
  Ranged figure;
  bool given = false;
};

/// One model that the budget pays for.
struct PlannedModel {
  std::string law;
  std::string data_unit;
  estimate::Zeros zeros = estimate::Zeros::computed;
  estimate::Allocation training;
  Ranged loss;
  /// The interval contains the law's own error, not only that of the arithmetic that the budget pays for.
  bool law_error_known = false;
  estimate::Range sizes_as_good;  ///< all parameters; the loss is at most `as_good_within` above the best
  std::vector<estimate::Extrapolation> extrapolated;
  double state_gb = 0;  ///< weights, gradients and Adam's state in mixed precision
  int gpus_for_state = 1;
  bool chosen_by_user = false;  ///< the size was given; it is not the best
};

/// One point of a curve.
struct BudgetPoint {
  double budget = 0;  ///< times the request's
  double size = 0;    ///< all parameters
  Ranged loss;
};
struct BudgetCurve {
  std::string law;
  double sparsity = 0;
  std::vector<BudgetPoint> by_budget;  ///< the best model for other budgets
  std::vector<BudgetPoint> by_size;    ///< models of other sizes for this budget
};

/// The budget spent on one kind of GPU.
struct BudgetPlan {
  hardware::Gpu gpu;
  int gpu_count = 1;
  double peak_flops = 0;  ///< of one GPU, FLOP/s
  Efficiency mfu;
  Efficiency gpu_power_w;
  Ranged flop;                  ///< arithmetic that the budget pays for
  Ranged duration_s, energy_j;  ///< energy with host (if given) and PUE
  std::optional<Ranged> cost;   ///< if a price is known
  std::optional<carbon::Estimate> emissions;
  std::vector<PlannedModel> models;  ///< by law, then by sparsity; a given size last
  std::vector<BudgetCurve> curves;
};

struct BudgetResult {
  Budget budget;
  std::string precision;
  double as_good_within = 0.01;  ///< of the loss
  std::optional<double> host_w;
  double pue = 1;
  std::vector<BudgetPlan> plans;  ///< most arithmetic first
};

/// invalid, naming the field, for what is unknown or impossible: a budget of money without a price, a
/// precision whose peak the catalogue does not know.
[[nodiscard]] Result<BudgetResult> plan_budget(const BudgetRequest& request);

}  // namespace joulecast::session
