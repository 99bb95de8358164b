// The full cycle of a model from two tables: what training cost, and what its use costs.
#pragma once

#include <string>
#include <vector>

#include "session/tables/run_table.hpp"

namespace joulecast::session {

/// The column that with_training_cost() adds.
constexpr const char* training_cost_column = "training_energy_j";

struct TrainingCostRequest {
  /// Columns that say which training made the model that was used; empty = those of architecture, dataset and
  /// image_size that both tables have.
  std::vector<std::string> match;
  std::string cost;  ///< column of the trainings' table; "" = its energy column
};

/// The table of uses with the median cost of the trainings that match each row, in joules; empty where none
/// does. invalid if a column is missing, the cost is no energy, or no row has a training.
[[nodiscard]] Result<RunTable> with_training_cost(const RunTable& uses, const RunTable& trainings,
                                                  const TrainingCostRequest& request);

}  // namespace joulecast::session
