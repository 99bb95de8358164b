#include "progress/lines/early_stop_mention.hpp"

#include "progress/lines/pattern.hpp"
#include "progress/lines/stop_rule.hpp"

namespace joulecast::progress {
namespace {

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// "num_epochs=60 max_train_steps=100", and not "epoch=3 max_epochs=60 step=5 max_steps=100", which is
/// progress.
std::optional<double> steps_beside_epochs(std::string_view lowered) {
  static const Pattern epochs(R"((?:\b|_)epochs['"]?\s*[:=]\s*['"]?[1-9])");
  static const Pattern steps(
      R"(\bmax_(?:train_|training_|optimizer_|global_)?(?:steps|iters|iterations|updates)['"]?\s*[:=]\s*['"]?(?P<steps>[1-9]\d*)\b)");
  static const Pattern progress(R"(\b(?:epoch|step|iter)['"]?\s*[:=]\s*\d)");
  if (!has(lowered, "epochs") || !has(lowered, "max_")) return std::nullopt;
  const auto match = steps.find(lowered);
  if (!match || !epochs.matches(lowered) || progress.matches(lowered)) return std::nullopt;
  return match->number("steps");
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
  if (const auto steps = steps_beside_epochs(lowered)) return EarlyStopMention{.most_steps = steps};
  return std::nullopt;
}

}  // namespace joulecast::progress
