// Green Algorithms (Lannelongue et al. 2021): E = (GPU maximum power x mean utilisation + memory power) x T.
// Memory is what the training used, at 3.75e-4 W per MB (0.3725 W per GB) as in del Rey et al. 2023. There is
// no PUE, because the measured energy has none. The method must be told the duration.
#include "estimate/online/methods.hpp"

namespace joulecast::estimate {
namespace {

constexpr double watts_per_megabyte = 3.75e-4;

class GreenAlgorithms final : public OnlineEstimator {
 public:
  explicit GreenAlgorithms(const Plan& plan) : power_(*plan.maximum_power), duration_(*plan.duration) {}

  Status observe(const WorkUnit& unit) override {
    if (auto ok = check(unit); !ok) return ok;
    if (unit.utilisation) busy_ += *unit.utilisation * unit.duration.value(), watched_ += unit.duration;
    if (unit.memory_mb) memory_ += *unit.memory_mb * unit.duration.value(), memory_watched_ += unit.duration;
    return {};
  }
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override {
    if (watched_.value() <= 0) return std::nullopt;
    Watts power = power_ * (busy_ / watched_.value());
    if (memory_watched_.value() > 0) power += Watts{watts_per_megabyte * memory_ / memory_watched_.value()};
    return OnlineEstimate{{power * duration_, std::nullopt}, true};
  }

 private:
  Watts power_;
  Seconds duration_;
  double busy_ = 0;    ///< utilisation x seconds
  double memory_ = 0;  ///< MB x seconds
  Seconds watched_{0};
  Seconds memory_watched_{0};
};

}  // namespace

const OnlineMethod green_algorithms_method{
    "green-algorithms", "maximum power x utilisation + memory, x true duration (Green Algorithms)", true,
    [](const Plan& plan) -> std::unique_ptr<OnlineEstimator> {
      if (!plan.maximum_power || !plan.duration) return nullptr;
      return std::make_unique<GreenAlgorithms>(plan);
    }};

}  // namespace joulecast::estimate
