// What most formats do with a line's figures.
#pragma once

#include <optional>
#include <string_view>

#include "progress/format.hpp"

namespace joulecast::progress {

/// Reports each figure of the text (see find_metrics). `set`: "train", "val" or "test", where the format
/// knows to which the line belongs; it is put before names that bear none, in small letters.
void report_metrics(Report& report, std::string_view text, std::optional<int> epoch = {},
                    std::string_view set = {});

/// A name with its set before it, in small letters: "Acc@1" of the set "val" is "val_acc1". A name that bears
/// a set stays as it is.
[[nodiscard]] std::string name_in_set(std::string_view name, std::string_view set);

}  // namespace joulecast::progress
