// "loss=0.25 - val_accuracy: 0.92" as names and numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::progress {

struct MetricText {
  std::string name;
  double value = 0;
};

/// Every `name=number`, `name: number` and `'name': number` of a line. Only names that metrics of trainings
/// have (loss, acc, f1, auc, …, with prefixes such as val_ and eval_) count.
[[nodiscard]] std::vector<MetricText> find_metrics(std::string_view line);

}  // namespace joulecast::progress
