// STEP, epoch-energy-based (del Rey et al. 2023, method 2): E = E[0,s) + energy per work of [s, s+w) x
// remaining work.
#include "estimate/online/methods.hpp"
#include "estimate/online/step_window.hpp"

namespace joulecast::estimate {
namespace {

class StepEnergy final : public OnlineEstimator {
 public:
  explicit StepEnergy(const Plan& plan) : window_(plan), total_work_(*plan.total_work) {}

  Status observe(const WorkUnit& unit) override { return window_.observe(unit); }
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override {
    const auto& parts = window_.parts();
    if (!parts) return std::nullopt;
    const Joules per_work = parts->window.energy / parts->window.work;
    return OnlineEstimate{
        {parts->before.energy + per_work * (total_work_ - parts->before.work), std::nullopt}, true};
  }

 private:
  StepWindow window_;
  double total_work_;
};

}  // namespace

const OnlineMethod step_energy_method{
    "step-energy", "energy per work of a window after stabilisation x remaining work (STEP)", false,
    [](const Plan& plan) -> std::unique_ptr<OnlineEstimator> {
      if (!plan.total_work || !is_usable(plan)) return nullptr;
      return std::make_unique<StepEnergy>(plan);
    }};

}  // namespace joulecast::estimate
