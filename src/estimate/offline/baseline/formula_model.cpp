#include "estimate/offline/baseline/formula_model.hpp"

#include <nlohmann/json.hpp>

namespace joulecast::estimate {
namespace {

class FormulaModel final : public OfflineModel {
 public:
  explicit FormulaModel(Formula formula) : formula_(formula) {}
  [[nodiscard]] Forecast predict(const Sample& sample) const override { return formula_(sample); }
  [[nodiscard]] nlohmann::ordered_json to_json() const override { return nullptr; }

 private:
  Formula formula_;
};

}  // namespace

std::unique_ptr<OfflineModel> formula_model(Formula formula) {
  return std::make_unique<FormulaModel>(formula);
}

}  // namespace joulecast::estimate
