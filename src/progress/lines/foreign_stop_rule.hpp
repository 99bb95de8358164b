// Rules that may end a training early, in other languages than English: "Geduld 2/10", "早停计数 3/10",
// "Abbruch, wenn der Verlust unter 0,1 fällt", "limite de temps : 30 min".
#pragma once

#include <optional>
#include <string_view>

#include "progress/lines/stop_rule.hpp"

namespace joulecast::progress {

/// `lowered`: the line, its Latin letters small. German, French, Spanish, Italian, Portuguese, Russian,
/// Chinese, Japanese and Korean, like the counts of other_languages.hpp.
[[nodiscard]] std::optional<StopRule> find_foreign_stop_rule(std::string_view lowered);

}  // namespace joulecast::progress
