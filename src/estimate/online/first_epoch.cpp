// Energy of the first epoch x number of epochs: the rule of Carbontracker (Anthony et al. 2020) after one
// epoch. Like the original it counts epochs if their number is known, so that a first epoch of a different
// length shows as the rule's own error. If the number is unknown it extrapolates by work.
#include <optional>

#include "estimate/online/methods.hpp"

namespace joulecast::estimate {
namespace {

class FirstEpoch final : public OnlineEstimator {
 public:
  explicit FirstEpoch(const Plan& plan) : units_(plan.units), total_work_(plan.total_work) {}

  Status observe(const WorkUnit& unit) override {
    if (auto ok = check(unit); !ok) return ok;
    if (!seen_ && unit.energy) total_ = *unit.energy * (units_ ? *units_ : *total_work_ / unit.work);
    seen_ = true;
    return {};
  }
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override {
    if (!total_) return std::nullopt;
    return OnlineEstimate{{*total_, std::nullopt}, true};
  }

 private:
  std::optional<int> units_;
  std::optional<double> total_work_;
  bool seen_ = false;
  std::optional<Joules> total_;
};

}  // namespace

const OnlineMethod first_epoch_method{"first-epoch",
                                      "energy of the first epoch x number of epochs (Carbontracker)", false,
                                      [](const Plan& plan) -> std::unique_ptr<OnlineEstimator> {
                                        if (!plan.units && !plan.total_work) return nullptr;
                                        return std::make_unique<FirstEpoch>(plan);
                                      }};

}  // namespace joulecast::estimate
