// Loops that print in another language than English: "Epoche 1 von 8: Verlust 0,3", "第 1/8 轮 损失 0.3",
// "Schritt 3/8".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::progress {

/// The line with its words for epochs, totals, losses and accuracies in English, as the formats know them.
/// Nothing where it has no word for an epoch or step in German, French, Spanish, Italian, Portuguese,
/// Russian, Chinese, Japanese or Korean.
[[nodiscard]] std::optional<std::string> in_english(std::string_view text);

}  // namespace joulecast::progress
