// STEP, power-based (del Rey et al. 2023, method 1): E = E[0,s) + mean power over [s, s+w) x (T - t_s). It
// must be told the true duration T.
#include "estimate/online/methods.hpp"
#include "estimate/online/step_window.hpp"

namespace joulecast::estimate {
namespace {

class StepPower final : public OnlineEstimator {
 public:
  explicit StepPower(const Plan& plan) : window_(plan), duration_(*plan.duration) {}

  Status observe(const WorkUnit& unit) override { return window_.observe(unit); }
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override {
    const auto& parts = window_.parts();
    if (!parts) return std::nullopt;
    const Watts power = parts->window.energy / parts->window.duration;
    return OnlineEstimate{{parts->before.energy + power * (duration_ - parts->before.duration), std::nullopt},
                          true};
  }

 private:
  StepWindow window_;
  Seconds duration_;
};

}  // namespace

const OnlineMethod step_power_method{"step-power",
                                     "mean power of a window after stabilisation x true duration (STEP)",
                                     true, [](const Plan& plan) -> std::unique_ptr<OnlineEstimator> {
                                       if (!plan.duration || !is_usable(plan)) return nullptr;
                                       return std::make_unique<StepPower>(plan);
                                     }};

}  // namespace joulecast::estimate
