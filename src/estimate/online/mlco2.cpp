// MLCO2 Impact (Lacoste et al. 2019): E = GPU maximum power x T. Needs no measurement, but must be told the
// duration.
#include "estimate/online/methods.hpp"

namespace joulecast::estimate {
namespace {

class Mlco2 final : public OnlineEstimator {
 public:
  explicit Mlco2(const Plan& plan) : total_(*plan.maximum_power * *plan.duration) {}

  Status observe(const WorkUnit& unit) override { return check(unit); }
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override {
    return OnlineEstimate{{total_, std::nullopt}, true};
  }

 private:
  Joules total_;
};

}  // namespace

const OnlineMethod mlco2_method{"mlco2", "maximum power x true duration (MLCO2 Impact)", true,
                                [](const Plan& plan) -> std::unique_ptr<OnlineEstimator> {
                                  if (!plan.maximum_power || !plan.duration) return nullptr;
                                  return std::make_unique<Mlco2>(plan);
                                }};

}  // namespace joulecast::estimate
