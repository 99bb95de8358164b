// A method that is one formula: nothing to fit, nothing to load.
#pragma once

#include <nlohmann/json.hpp>

#include "estimate/offline/method.hpp"

namespace joulecast::estimate {

template <Forecast (*formula)(const Sample&)>
class FormulaModel final : public OfflineModel {
 public:
  [[nodiscard]] Forecast predict(const Sample& sample) const override { return formula(sample); }
  [[nodiscard]] nlohmann::ordered_json to_json() const override { return nullptr; }
};

template <Forecast (*formula)(const Sample&)>
Result<std::unique_ptr<OfflineModel>> fit_formula(std::span<const Sample>, const FitOptions&) {
  return std::make_unique<FormulaModel<formula>>();
}
template <Forecast (*formula)(const Sample&)>
Result<std::unique_ptr<OfflineModel>> load_formula(const nlohmann::ordered_json&) {
  return std::make_unique<FormulaModel<formula>>();
}

}  // namespace joulecast::estimate
