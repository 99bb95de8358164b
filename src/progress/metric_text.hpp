// "train loss: 0.25, val acc 92%" as names and numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::progress {

struct MetricText {
  std::string name;
  double value = 0;
};

/// Every figure of a line that tells how good the model is: `loss=0.3`, `val_acc: 91.3%` (0.913), `loss
/// 0.31`,
/// `'eval_loss': '0.5'`, `Accuracy: 8712/9000 (97%)` (0.968), `Loss 0.31 (0.35)` (the average, 0.35). Only
/// names that such figures have (loss, acc, f1, auc …) count.
///
/// Names are as the training prints them; a set that is a word of its own is put before them, and holds until
/// another one is named: "Train loss: 0.1 acc: 0.9, Validation loss: 0.5" are train_loss, train_acc and
/// val_loss. "train 0.68 | valid 0.66" are train and val. Nothing is taken from printed settings
/// ("Namespace(…").
[[nodiscard]] std::vector<MetricText> find_metrics(std::string_view line);

}  // namespace joulecast::progress
