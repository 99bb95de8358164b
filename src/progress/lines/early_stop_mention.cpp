#include "progress/lines/early_stop_mention.hpp"

#include <algorithm>

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// The same in other words: "bad_epochs=2", "no gain for 2/6 epochs", "stops when val_loss < 0.1", "target
/// acc 0.95".
bool tells_a_condition(std::string_view lowered) {
  static const Pattern counter(
      R"(\b(?:no gain|waiting|waited|tol)\b[ :=(\[]{0,3}(?:for )?\d+ ?(?:/|of\b|epochs?\b)|\b(?:bad[_ ]epochs?|stale)['"]?[ :=(\[]{1,3}\d)");
  static const Pattern condition(
      R"(\b(?:stop|stops|converged?|ends?) (?:when|once|if|as soon as)\b|\bmin_delta['"]?\s?[:=]|\btarget[ _](?:acc\w*|loss|metric|score|f1|auc|reward|val\w*)\b)");
  static constexpr std::string_view clues[] = {"gain",     "bad",  "stale", "wait",      "tol",
                                               "converge", "stop", "end",   "min_delta", "target"};
  const auto hints = [&](std::string_view clue) { return has(lowered, clue); };
  return std::ranges::any_of(clues, hints) && (counter.matches(lowered) || condition.matches(lowered));
}

}  // namespace

std::optional<EarlyStopMention> find_early_stop(std::string_view lowered) {
  const bool patience = has(lowered, "patience");
  const bool stop = has(lowered, "early");
  const bool improve = has(lowered, "improve");
  if (!patience && !stop && !improve)
    return tells_a_condition(lowered) ? std::optional{EarlyStopMention{}} : std::nullopt;
  if (patience && !has(lowered, "plateau") && !has(lowered, "scheduler")) {
    // "patience 0/6", "patience=10", "es_patience: 5"; "early stopping (patience: none)" is none.
    static const Pattern counted(
        R"((?:^|[^a-z])(?P<lr>lr_)?patience['"]?(?: ?(?:counter|count|of|is|left|used))?[ :=(\[]{0,3}(?P<number>\d+)(?: ?(?:/|of) ?(?P<of>\d+))?)");
    if (const auto found = counted.find(lowered); found && found->text("lr").empty()) {
      const auto number = found->text("of").empty() ? found->number("number") : found->number("of");
      if (number.value_or(0) > 0) return EarlyStopMention{number};
    }
  }
  if (stop) {
    static const Pattern named(
        R"((?P<no>\b(?:no|not|without|disabl\w+)(?: \w+)? |non-|tuner_)?early[-_ ]?stop\w*['"]?(?P<off>[ :=(]{0,3}(?:is |set to )?['"]?(?:false|none|null|off|no|disabled|0|-1)(?:[^\w.]|$))?)");
    if (const auto found = named.find(lowered);
        found && found->text("no").empty() && found->text("off").empty())
      return EarlyStopMention{};
  }
  if (improve) {
    static const Pattern without(
        R"(\b(?:no|without) improvement\b|(?:\bnot|n't) improved? (?:for|since|in) \d)");
    if (without.matches(lowered)) return EarlyStopMention{};
  }
  return std::nullopt;
}

}  // namespace joulecast::progress
