// The part of a training that a line or a bar's title names before anything else: "Fold 2/5 | Epoch 3",
// "[warmup] epoch 1/2", "Stage 2: epoch 1/3". Each part counts its work from its own beginning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "progress/event.hpp"

namespace joulecast::progress {

struct PartMention {
  std::string name;  ///< as it is printed
  std::string key;   ///< the same for all spellings of the same part: "fold 2"
  std::optional<Part> part;
  std::string_view after;
};

/// A part at the text's beginning, where it is more than a word of a sentence: it has a number, or brackets,
/// or "epoch" follows.
[[nodiscard]] std::optional<PartMention> find_part(std::string_view text);

/// The name in a heading: "Fold 2/5", "===== Stage 2: fine-tuning =====", "== Warming up the head ==".
[[nodiscard]] std::optional<std::string> find_heading(std::string_view text);
/// "Starting run 7/12 of the grid", "config 3/8", but not the first: where a training begins with it, the
/// other runs are other processes'.
[[nodiscard]] bool is_later_of_a_grid(std::string_view heading);
/// Of a heading: "Fold 2/5", "Warming up the head".
[[nodiscard]] std::optional<Part> part_of_heading(std::string_view heading);

/// "Trial 3 pruned.", "Fold 2/5 finished with accuracy 0.9": the part that is over.
[[nodiscard]] std::optional<Part> find_part_that_is_over(std::string_view text);

/// Of a bar that counts parts: "Folds", "Trials". The part that runs when so many are done.
[[nodiscard]] std::optional<PartMention> part_of_bar(std::string_view title, double done,
                                                     std::optional<double> total);

}  // namespace joulecast::progress
