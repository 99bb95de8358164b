// Results of `budget` as text, JSON and plots. docs/budget.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/pictures/plot.hpp"
#include "session/forecast/plan_budget.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::BudgetResult& result);
[[nodiscard]] nlohmann::ordered_json to_json(const session::BudgetResult& result);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::BudgetResult& result);

/// The loss of the best model against the budget: a line for each law and sparsity on one GPU, or for each of
/// several GPUs by the first law.
[[nodiscard]] Plot to_plot(const session::BudgetResult& result);
/// The loss against the model's size at this budget, with the same lines.
[[nodiscard]] Plot to_size_plot(const session::BudgetResult& result);

/// "1.60 B" for parameters, tokens or images.
[[nodiscard]] std::string count_text(double count);
/// "100 kWh", "72 h 00 min", "500 GPU hours", "2000 EUR"
[[nodiscard]] std::string budget_text(const session::Budget& budget);

}  // namespace joulecast::report
