// The words in the names of figures: "val_top1_acc" tells how good a model is, "loss_weight" is a setting.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

/// Whether it is the name of a figure of correctness, loss or reward, and not of a setting or a duration.
[[nodiscard]] bool names_a_metric(std::string_view name);

/// "Training" and "valid" as the prefixes that names get: "train", "val".
[[nodiscard]] std::optional<std::string_view> set_of(std::string_view word);

/// Words before a metric's name that do not belong to it: "Average loss".
[[nodiscard]] bool is_filler(std::string_view word);

}  // namespace joulecast::progress
