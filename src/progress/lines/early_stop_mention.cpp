#include "progress/lines/early_stop_mention.hpp"

#include "progress/lines/pattern.hpp"
#include "progress/lines/stop_rule.hpp"

namespace joulecast::progress {
namespace {

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

}  // namespace

std::optional<EarlyStopMention> find_early_stop(std::string_view lowered) {
  const bool patience = has(lowered, "patience");
  const bool stop = has(lowered, "early");
  if (patience && !has(lowered, "plateau") && !has(lowered, "scheduler")) {
    // "patience 0/6", "patience=10", "es_patience: 5"; "early stopping (patience: none)" is none.
    static const Pattern counted(
        R"((?:^|[^a-z])(?P<lr>(?:lr|learning[ _-]rate|sched\w*)[ _:.-])?patience['"]?(?: ?(?:counter|count|of|is|left|used))?[ :=(\[]{0,3}(?P<number>\d+)(?: ?(?:/|of) ?(?P<of>\d+))?)");
    for (auto rest = lowered;;) {
      const auto found = counted.find(rest);
      if (!found) break;
      const auto number = found->text("of").empty() ? found->number("number") : found->number("of");
      if (found->text("lr").empty() && number.value_or(0) > 0) return EarlyStopMention{number};
      rest = found->after();
    }
  }
  if (stop) {
    static const Pattern named(
        R"((?P<no>\b(?:no|not|without|disabl\w+)(?: \w+)? |non-|tuner_)?early[-_ ]?stop\w*['"]?(?P<off>[ :=(]{0,3}(?:is |set to )?['"]?(?:false|none|null|off|no|disabled|0|-1)(?:[^\w.]|$))?)");
    if (const auto found = named.find(lowered);
        found && found->text("no").empty() && found->text("off").empty())
      return EarlyStopMention{};
  }
  if (const auto rule = find_stop_rule(lowered)) return EarlyStopMention{rule->patience};
  static const Pattern without(R"(\b(?:no|without) improvement\b)");
  if (has(lowered, "improve") && without.matches(lowered)) return EarlyStopMention{};
  return std::nullopt;
}

}  // namespace joulecast::progress
