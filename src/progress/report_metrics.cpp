#include "progress/report_metrics.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {

std::string name_in_set(std::string_view name, std::string_view set) {
  static constexpr std::array<std::string_view, 9> sets{"train", "val",  "valid", "validation", "eval",
                                                        "test",  "best", "dev",   "training"};
  auto lowered = to_lower(name);
  const auto first = std::string_view(lowered).substr(0, lowered.find_first_of("_/-."));
  if (set.empty() || std::ranges::find(sets, first) != sets.end()) return std::string(name);
  std::erase(lowered, '@');
  return std::string(set) + "_" + lowered;
}

void report_metrics(Report& report, std::string_view text, std::optional<int> epoch, std::string_view set) {
  for (const auto& [name, value] : find_metrics(text)) report.metric(name_in_set(name, set), value, epoch);
}

}  // namespace joulecast::progress
