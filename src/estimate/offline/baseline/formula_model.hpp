// A method that is a single formula, with nothing to fit or load.
#pragma once

#include "estimate/offline/method.hpp"

namespace joulecast::estimate {

using Formula = Forecast (*)(const Sample& sample);
[[nodiscard]] std::unique_ptr<OfflineModel> formula_model(Formula formula);

// The functions that OfflineMethod requires.
template <Formula formula>
Result<std::unique_ptr<OfflineModel>> fit_formula(std::span<const Sample>, const FitOptions&) {
  return formula_model(formula);
}
template <Formula formula>
Result<std::unique_ptr<OfflineModel>> load_formula(const nlohmann::ordered_json&) {
  return formula_model(formula);
}

}  // namespace joulecast::estimate
