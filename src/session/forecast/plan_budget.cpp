#include "session/forecast/plan_budget.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace joulecast::session {
namespace {

using estimate::Allocation;
using estimate::ScalingLaw;
using estimate::Zeros;

constexpr double z90 = 1.6448536269514722;  // a 90 % interval reaches so many standard deviations

/// Share of the peak that matrix products are assumed to reach over a whole training, and the factor either
/// way within which 90 % of trainings lie. Language models with BF16 on A100 and H100 at sequences up to 8192
/// (MosaicML's llm-foundry, 68 configurations on 1 to 512 GPUs): median 0.39, 5 to 95 %: 0.28 to 0.58.
/// Products without tensor cores come nearer to their lower peak.
struct TypicalUse {
  double share, factor;
};
constexpr TypicalUse tensor_use{0.40, 1.43}, plain_use{0.50, 1.43};
/// Mean power of a GPU over its limit during a training of large products.
constexpr TypicalUse power_use{0.85, 1.20};

Ranged ranged(double value, double log_deviation) {
  const double factor = std::exp(z90 * log_deviation);
  return {value, value / factor, value * factor};
}
double log_deviation(const Ranged& figure) {
  return std::log(figure.high / figure.low) / (2 * z90);
}
Ranged scaled(Ranged figure, double by) {
  return {figure.value * by, figure.low * by, figure.high * by};
}

Status check_positive(const char* field, const std::optional<double>& value, double most) {
  if (value && !(*value > 0 && *value <= most))
    return fail_field(field, "must be above 0 and at most {:g}, not {:g}", most, *value);
  return {};
}

Status check(const BudgetRequest& request, const Budget& budget) {
  if (request.gpus.empty()) return fail_field("gpu", "no GPU was given");
  if (request.gpu_count < 1) return fail_field("gpus", "must be at least 1, not {}", request.gpu_count);
  if (request.laws.empty()) return fail_field("law", "no scaling law was given");
  struct Check {
    const char* field;
    const std::optional<double>& value;
    double most;
  };
  for (const auto& [field, value, most] :
       {Check{"mfu", request.mfu, 1}, Check{"power", request.power_w, 1e5},
        Check{"host_power", request.host_w, 1e5}, Check{"kwh_price", request.kwh_price, 1e9},
        Check{"gpu_hour_price", request.gpu_hour_price, 1e9}})
    if (auto ok = check_positive(field, value, most); !ok) return ok;
  for (const double sparsity : request.sparsities)
    if (!(sparsity >= 0 && sparsity < 1))
      return fail_field("sparsity", "must be at least 0 and below 1, not {:g}", sparsity);
  if (budget.kind == BudgetKind::money && !request.kwh_price && !request.gpu_hour_price)
    return fail(ErrorKind::invalid, request.amount,
                "money buys nothing known: give `gpu_hour_price`, `kwh_price` or both");
  return carbon::check(request.place);
}

/// Peak of the matrix products, FLOP/s.
Result<double> peak_of(const hardware::Gpu& gpu, std::string_view precision) {
  constexpr double tera = 1e12;
  if (precision == "fp32") return gpu.fp32_tflops * tera;
  if (precision != "bf16" && precision != "fp16" && precision != "tf32")
    return fail_field("precision", "'{}' is not bf16, fp16, tf32 or fp32", precision);
  const auto& peak = precision == "tf32" ? gpu.tf32_tflops : gpu.fp16_tflops;
  // NVIDIA's GPUs have had BF16 and TF32 units since the same generation (Ampere).
  const bool lacking = precision == "bf16" && gpu.vendor == "NVIDIA" && !gpu.tf32_tflops;
  if (peak && !lacking) return *peak * tera;
  return fail_field("precision", "no rate of {} products is known for the {}: give another precision",
                    precision, gpu.name);
}

struct Prices {
  double of_gpu_second = 0, of_joule = 0;
  bool known = false;
};

/// What a second of the training gives and takes.
struct Rates {
  double flop = 0, joules = 0, cost = 0;
};

class Planner {
 public:
  Planner(const BudgetRequest& request, const Budget& budget, std::vector<ScalingLaw> laws,
          std::optional<double> size)
      : request_(request), budget_(budget), laws_(std::move(laws)), size_(size) {
    constexpr double seconds_per_hour = 3600;
    prices_.of_gpu_second = request.gpu_hour_price.value_or(0) / seconds_per_hour;
    prices_.of_joule = request.kwh_price.value_or(0) / joules_per_kilowatt_hour;
    prices_.known = request.gpu_hour_price || request.kwh_price;
  }

  [[nodiscard]] Result<BudgetPlan> plan(const hardware::Gpu& gpu) const {
    BudgetPlan plan;
    plan.gpu = gpu;
    plan.gpu_count = request_.gpu_count;
    const auto peak = peak_of(gpu, request_.precision);
    if (!peak) return propagate(peak.error());
    plan.peak_flops = *peak;
    put_efficiency(plan);
    put_totals(plan);
    for (const auto& law : laws_) put_models(law, plan);
    if (size_) put_chosen_size(*size_, plan);
    return plan;
  }

 private:
  void put_efficiency(BudgetPlan& plan) const {
    const auto& use = request_.precision == "fp32" ? plain_use : tensor_use;
    plan.mfu = {ranged(use.share, std::log(use.factor) / z90), false};
    if (request_.mfu) plan.mfu = {{*request_.mfu, *request_.mfu, *request_.mfu}, true};
    const double limit = plan.gpu.power_limit.value();
    auto power = ranged(power_use.share * limit, std::log(power_use.factor) / z90);
    power.high = std::min(power.high, limit);
    plan.gpu_power_w = {power, false};
    if (const auto& w = request_.power_w) plan.gpu_power_w = {{*w, *w, *w}, true};
  }

  [[nodiscard]] Rates rates(const BudgetPlan& plan, double mfu, double gpu_power) const {
    const double gpus = plan.gpu_count;
    const double power = (gpu_power + request_.host_w.value_or(0)) * gpus * pue();
    return {.flop = gpus * plan.peak_flops * mfu,
            .joules = power,
            .cost = gpus * prices_.of_gpu_second + power * prices_.of_joule};
  }

  /// Seconds for which the budget lasts.
  [[nodiscard]] double seconds(const BudgetPlan& plan, const Rates& rates) const {
    switch (budget_.kind) {
      case BudgetKind::energy:
        return budget_.amount / rates.joules;
      case BudgetKind::time:
        return budget_.amount;
      case BudgetKind::gpu_time:
        return budget_.amount / plan.gpu_count;
      case BudgetKind::money:
        return budget_.amount / rates.cost;
    }
    return 0;
  }

  /// Efficiency and power are independent; each moves a figure monotonically, so that the ends of their
  /// intervals give its deviations.
  void put_totals(BudgetPlan& plan) const {
    const auto& mfu = plan.mfu.figure;
    const auto& power = plan.gpu_power_w.figure;
    const auto middle = rates(plan, mfu.value, power.value);
    const double time = seconds(plan, middle);
    const auto at_power = [&](double watts, auto&& figure) {
      const auto other = rates(plan, mfu.value, watts);
      return figure(other, seconds(plan, other));
    };
    const auto deviation = [&](auto&& figure) {
      return std::abs(std::log(at_power(power.high, figure) / at_power(power.low, figure))) / (2 * z90);
    };
    const auto flop = [](const Rates& r, double s) { return r.flop * s; };
    const auto duration = [](const Rates&, double s) { return s; };
    const auto energy = [](const Rates& r, double s) { return r.joules * s; };
    const auto cost = [](const Rates& r, double s) { return r.cost * s; };
    plan.flop = ranged(flop(middle, time), std::hypot(deviation(flop), log_deviation(mfu)));
    plan.duration_s = ranged(time, deviation(duration));
    plan.energy_j = ranged(energy(middle, time), deviation(energy));
    if (prices_.known) plan.cost = ranged(cost(middle, time), deviation(cost));
    if (request_.place.known())
      plan.emissions = carbon::estimate(to_kilowatt_hours(Joules{plan.energy_j.value / pue()}),
                                        request_.place, carbon::IntensityTable::read());
  }

  void put_models(const ScalingLaw& law, BudgetPlan& plan) const {
    std::vector<double> sparsities{0};
    if (law.sparse)
      sparsities.insert(sparsities.end(), request_.sparsities.begin(), request_.sparsities.end());
    std::ranges::sort(sparsities);
    sparsities.erase(std::unique(sparsities.begin(), sparsities.end()), sparsities.end());
    for (const double sparsity : sparsities) {
      for (const auto zeros : {Zeros::computed, Zeros::skipped}) {
        if (sparsity == 0 && zeros == Zeros::skipped) continue;
        const auto best = estimate::best_allocation(law, plan.flop.value, sparsity, zeros);
        plan.models.push_back(model(law, plan, best, zeros));
      }
      plan.curves.push_back(curve(law, plan, sparsity));
    }
  }

  void put_chosen_size(double size, BudgetPlan& plan) const {
    const auto& law = laws_.front();
    const auto chosen = estimate::allocation_of_size(law, plan.flop.value, size, 0, Zeros::computed);
    plan.models.push_back(model(law, plan, chosen, Zeros::computed));
    plan.models.back().chosen_by_user = true;
  }

  [[nodiscard]] PlannedModel model(const ScalingLaw& law, const BudgetPlan& plan, const Allocation& training,
                                   Zeros zeros) const {
    constexpr double bytes_of_state = 16;  // weights and gradients 4, master weights and Adam's state 12
    PlannedModel result;
    result.law = law.name;
    result.data_unit = law.data_unit;
    result.zeros = zeros;
    result.training = training;
    result.loss = loss_range(law, plan.flop, training);
    result.law_error_known = law.errors.has_value();
    result.extrapolated = estimate::extrapolations(law, training);
    const auto sizes = estimate::sizes_as_good(law, plan.flop.value, training.sparsity, zeros,
                                               BudgetResult{}.as_good_within);
    const double dense = 1 / (1 - training.sparsity);
    result.sizes_as_good = {sizes.low * dense, sizes.high * dense};
    result.state_gb = training.all_parameters() * bytes_of_state * 1e-9;
    result.gpus_for_state = static_cast<int>(std::min(std::ceil(result.state_gb / plan.gpu.memory_gb), 1e9));
    return result;
  }

  /// The model is decided on before the training; with more or less arithmetic it sees more or less data.
  [[nodiscard]] Ranged loss_range(const ScalingLaw& law, const Ranged& flop,
                                  const Allocation& training) const {
    const double value = estimate::loss_of(law, training);
    const auto with = [&](double arithmetic) {
      auto other = training;
      other.data *= arithmetic / flop.value;
      return estimate::loss_of(law, other);
    };
    const double law_error = z90 * estimate::loss_error(law, training).value_or(0);
    return {value, value - std::hypot(value - with(flop.high), law_error),
            value + std::hypot(with(flop.low) - value, law_error)};
  }

  [[nodiscard]] BudgetCurve curve(const ScalingLaw& law, const BudgetPlan& plan, double sparsity) const {
    constexpr int steps = 48;
    constexpr double widest = 100;  // budgets, and sizes, from a hundredth to a hundredfold
    BudgetCurve curve{std::string(law.name), sparsity, {}, {}};
    const auto best = estimate::best_allocation(law, plan.flop.value, sparsity, Zeros::computed);
    for (int i = 0; i <= steps; ++i) {
      const double factor = std::pow(widest, 2.0 * i / steps - 1);
      const auto flop = scaled(plan.flop, factor);
      const auto at_budget = estimate::best_allocation(law, flop.value, sparsity, Zeros::computed);
      curve.by_budget.push_back({factor, at_budget.all_parameters(), loss_range(law, flop, at_budget)});
      const auto at_size =
          estimate::allocation_of_size(law, plan.flop.value, best.size * factor, sparsity, Zeros::computed);
      curve.by_size.push_back({1, at_size.all_parameters(), loss_range(law, plan.flop, at_size)});
    }
    return curve;
  }

  [[nodiscard]] double pue() const { return request_.place.pue.value_or(1); }

  const BudgetRequest& request_;
  const Budget& budget_;
  std::vector<ScalingLaw> laws_;
  std::optional<double> size_;
  Prices prices_;
};

Result<std::vector<ScalingLaw>> laws_of(const BudgetRequest& request) {
  std::vector<ScalingLaw> laws;
  for (const auto& name : request.laws) {
    auto law = estimate::find_scaling_law(name);
    if (!law) return propagate(law.error());
    laws.push_back(*law);
  }
  return laws;
}

}  // namespace

Result<BudgetResult> plan_budget(const BudgetRequest& request) {
  const auto budget = parse_budget(request.amount);
  if (!budget) return propagate(budget.error());
  if (auto ok = check(request, *budget); !ok) return propagate(ok.error());
  auto laws = laws_of(request);
  if (!laws) return propagate(laws.error());
  std::optional<double> size;
  if (!request.size.empty()) {
    const auto parsed = parse_count(request.size, "size");
    if (!parsed) return propagate(parsed.error());
    size = *parsed;
  }
  const Planner planner(request, *budget, std::move(*laws), size);
  BudgetResult result;
  result.budget = *budget;
  result.precision = request.precision;
  result.host_w = request.host_w;
  result.pue = request.place.pue.value_or(1);
  for (const auto& name : request.gpus) {
    const auto gpu = hardware::resolve_gpu(name);
    if (!gpu) return propagate(gpu.error());
    auto plan = planner.plan(*gpu);
    if (!plan) return propagate(plan.error());
    result.plans.push_back(std::move(*plan));
  }
  std::ranges::stable_sort(result.plans, std::ranges::greater{},
                           [](const BudgetPlan& plan) { return plan.flop.value; });
  return result;
}

}  // namespace joulecast::session
