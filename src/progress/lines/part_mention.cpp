#include "progress/lines/part_mention.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// What a grid of settings consists of. Its trainings need not be of the same size.
const std::string setting =
    R"(config(?:uration)?|combination|combo|candidate|variant|grid[ -]point|hyper-?param(?:eter)?s?(?: set(?:ting)?)?|hparams?(?: set(?:ting)?)?)";

/// Parts of these names do the same work again; stages, tasks, layers, rungs and rounds of pruning need not.
bool are_alike(std::string_view word) {
  static const Pattern alike(
      R"((?i)^(?:(?:(?:active[ -]learning|al|self[ -]training) )?(?:cycle|round|iteration)s?|models?|folds?|splits?|seeds?|trials?|runs?|experiments?|repeats?|repetitions?|replicas?|members?)$)");
  return alike.matches(word);
}

bool may_be_cut(std::string_view word) {
  return to_lower(word).starts_with("trial");
}

std::optional<int> number_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, int>, 9> words{{{"one", 1},
                                                                   {"two", 2},
                                                                   {"three", 3},
                                                                   {"four", 4},
                                                                   {"five", 5},
                                                                   {"i", 1},
                                                                   {"ii", 2},
                                                                   {"iii", 3},
                                                                   {"iv", 4}}};
  const auto lowered = to_lower(text);
  for (const auto& [word, number] : words)
    if (lowered == word) return number;
  const auto count = parse_count(text);
  return count && *count < 1e6 ? std::optional{static_cast<int>(*count)} : std::nullopt;
}

std::optional<PartMention> find_numbered(std::string_view text) {
  static const Pattern numbered(
      (R"((?i)^[\W_]*(?P<name>(?:(?:outer|inner|cv|k)[ -]?)?(?P<word>(?:active[ -]learning|al|self[ -]training|(?:iterative )?prun(?:e|ing)|lottery(?:[ -]ticket)?) (?:cycle|round|iteration)|fold|split|(?:curriculum )?level|rung|layer|scale|)" +
       setting +
       R"(|stage|phase|seed|trial|run|experiment|repeat|repetition|replica|member|model|task)[ _]?(?:no\.? ?|nr\.? ?|idx ?|id ?)?[:#=]?[ ]?(?P<number>\d+|one|two|three|four|five|i{1,3}|iv|v)(?: ?(?:/|of|out of) ?(?P<of>\d+))?)\b[\])}>]?(?P<mark>[:,;|.\s\-–—>]*))")
          .c_str());
  const auto match = numbered.find(text);
  const auto number = match ? number_of(match->text("number")) : std::nullopt;
  if (!number) return std::nullopt;
  PartMention found;
  found.name = match->text("name");
  found.key = fmt::format("{} {}", to_lower(match->text("word")), *number);
  found.part =
      Part{*number, match->whole("of"), are_alike(match->text("word")), may_be_cut(match->text("word"))};
  if (found.part->of && *found.part->of < *number) return std::nullopt;
  // Of a network's layers much else is told, and so it is of what are mostly names of settings.
  static const Pattern needs_a_count(R"(^(?:layer|scale|config|comb|cand|variant|grid|h))");
  if (!found.part->of && needs_a_count.matches(found.key)) return std::nullopt;
  found.after = match->after();
  return found;
}

std::optional<PartMention> find_named(std::string_view text) {
  static const Pattern named(
      R"((?i)^(?P<left>[\[(<{*=# ]*)(?P<name>warm(?:ing)?[- _]?up|fine[- _]?tun(?:e|ing)|pre[- _]?train(?:ing)?|post[- _]?train(?:ing)?|adapt(?:ation|ing)?|distill(?:ation|ing)?|linear[- _]prob(?:e|ing)|frozen|unfrozen|head|backbone|teacher|student|supervised|self[- _]supervised|sft|dpo|rlhf)(?P<right>[\])>}]?)[ :|,\-–—]*)");
  const auto match = named.find(text);
  if (!match) return std::nullopt;
  static const Pattern epoch(R"((?i)^(?:train\w* )?epochs?[ :#=\[(]*\d)");
  const bool bracketed = !match->text("right").empty() && !trim(match->text("left")).empty();
  if (!epoch.matches(match->after()) && !bracketed) return std::nullopt;
  PartMention found;
  found.name = match->text("name");
  found.key = to_lower(found.name);
  found.part = part_of_heading(found.name);
  found.after = match->after();
  return found;
}

/// "Layer 1/4", and not "Layer 1/4: 12.3 ms".
bool is_plain(std::string_view rest) {
  static const Pattern plain(R"((?i)^\W*(?:\([^)]{0,60}\)\W*)?$)");
  return plain.matches(rest);
}

}  // namespace

std::optional<PartMention> find_part(std::string_view text) {
  if (auto found = find_numbered(text)) return found;
  return find_named(text);
}

bool is_later_of_a_grid(std::string_view heading) {
  static const Pattern grid(
      R"((?i)\b(?P<number>\d+) ?(?:/|of|out of) ?\d+ (?:of|in|from) (?:the |a |this |my )?(?:[\w-]+ )?(?:grid|sweep|array|matrix|campaign|search)\b)");
  static const Pattern of_settings(
      (R"((?i)^\W*(?:\w+ )?(?:(?:)" + setting +
       R"()\s*[:#=]?\s*(?P<number>\d+)|(?P<before>\d+) ?(?:/|of) ?\d+\W{1,4}(?:)" + setting + R"()\b))")
          .c_str());
  if (const auto match = of_settings.find(heading))
    return match->number(match->text("number").empty() ? "before" : "number").value_or(0) > 1;
  const auto match = grid.find(heading);
  return match && match->number("number").value_or(0) > 1;
}

std::optional<Part> part_of_heading(std::string_view heading) {
  if (const auto numbered = find_numbered(heading)) return numbered->part;
  // What these are for comes after them.
  static const Pattern first(R"((?i)^(?:warm|frozen|freez|teacher))");
  return first.matches(heading) ? std::optional{Part{1, 2, false}} : std::nullopt;
}

std::optional<std::string> find_heading(std::string_view text) {
  static const Pattern numbered(
      R"((?i)^[\W_]*(?P<name>(?:active[ -]learning cycle|al cycle|self[ -]training cycle|(?:(?:outer|inner|cv|k)[ -]?)?(?:fold|split|stage|phase|seed|trial|run|experiment|repeat|repetition|task))\s*[:#=]?\s*(?:\d+|one|two|three|four|five|i{1,3}|iv|v)(?:\s*(?:/|of|out of)\s*\d+)?)(?P<rest>\b[^\d]{0,60}?)(?:\(\d+ epochs?\)\W*)?$)");
  // "Trial 2 of 3: lr=0.01"
  static const Pattern counted(
      (R"((?i)^[\W_]*(?:(?:train\w*|start\w*|run\w*|process\w*|fit\w*) )?(?P<name>(?:(?:active[ -]learning|al|self[ -]training|(?:iterative )?prun(?:e|ing)|lottery(?:[ -]ticket)?) (?:cycle|round|iteration)|(?:curriculum )?level|rung|layer|scale|)" +
       setting +
       R"(|stage|phase|model|member|fold|split|seed|trial|run|experiment|repeat|repetition)\s*[:#=]?\s*\d+\s*(?:/|of|out of)\s*\d+)(?P<rest>\b.{0,100})$)")
          .c_str());
  static const Pattern named(
      R"((?i)^(?P<left>[=\-*#>~\s\[]*)(?P<name>(?:warm(?:ing)?[- ]?up|fine[- ]?tuning|pre[- ]?training|linear prob\w+|(?:un)?freezing|distillation|training the|stage|phase)\b[^:=\d]{0,60}?)[=\-*#<~\s\].:]*$)");
  static const Pattern over(
      R"((?i)\b(?:finish|done|complet|result|acc|score|loss|took|mean|average|saved?|end|eval|test|export|predict|infer|load|prepar|download|preprocess|skip|epochs?)\w*)");
  // Keras Tuner's heading; what Optuna says before its trial 0.
  static const Pattern search(
      R"((?i)^\W*(?:search: )?(?:start\w*|run\w*|begin\w*) (?P<name>trial\s*[:#=]?\s*\d+)\W*$)");
  static const Pattern study(R"(^A new study created in (?:memory|RDB|Journal) with name: )");
  if (const auto match = search.find(text)) return std::string(match->text("name"));
  if (study.matches(text)) return "trial 0";
  if (const auto match = numbered.find(text))
    return over.matches(match->text("rest")) ? std::nullopt : std::optional{std::string(match->text("name"))};
  if (const auto match = counted.find(text)) {
    const auto name = match->text("name"), rest = match->text("rest");
    // "epochs=3" is a setting of it
    static const Pattern epochs(R"((?i)\b(?:\w+_)?epochs?\s*[=:]\s*\d+)");
    const auto setting_of_epochs = epochs.find(rest);
    const bool is_over = setting_of_epochs ? over.matches(setting_of_epochs->before()) ||
                                                 over.matches(setting_of_epochs->after())
                                           : over.matches(rest);
    const bool heads = !is_over && (!to_lower(name).starts_with("layer") || is_plain(rest));
    if (heads) return std::string(name);
  }
  // "[1/6] config: lr=1e-3"
  static const Pattern behind((R"((?i)^\W*(?P<count>\d+ ?(?:/|of) ?\d+)[\])]?[\s:.-]{0,3}(?P<word>)" +
                               setting +
                               R"(|fold|split|seed|trial|run|experiment|repetition)\b(?P<rest>\W.{0,100})?$)")
                                  .c_str());
  if (const auto match = behind.find(text); match && !over.matches(match->text("rest")))
    return std::string(match->text("word")) + " " + std::string(match->text("count"));
  const auto match = named.find(text);
  if (!match || over.matches(match->text("name"))) return std::nullopt;
  const bool decorated = trim(match->text("left")).size() >= 2;
  static const Pattern plain(R"((?i)^(?:warm|fine|pre))");
  if (!decorated && (!plain.matches(match->text("name")) || match->text("name").size() > 32))
    return std::nullopt;
  return std::string(trim(match->text("name")));
}

std::optional<Part> find_part_that_is_over(std::string_view text) {
  static const Pattern over(
      R"((?i)^[^\w]*(?:was |is |has )?(?:been )?(?:prun|finish|complet|done|fail|over|ended|stopp|took)\w*\b)");
  const auto part = find_numbered(text);
  return part && over.matches(part->after) ? part->part : std::nullopt;
}

std::optional<PartMention> part_of_bar(std::string_view title, double done, std::optional<double> total) {
  static const Pattern bare(
      R"((?i)^\W*(?:(?:outer|inner|cross[- ]validation|cv|k|overall|all)[ -]?)*(?P<word>cycles?|folds?|splits?|seeds?|trials?|runs?|experiments?|repeats?|repetitions?|replicas?|members?|stages?|phases?|tasks?)\W*$)");
  const auto match = bare.find(title);
  if (!match || !total || done >= *total) return std::nullopt;
  auto word = to_lower(match->text("word"));
  if (word.ends_with('s')) word.pop_back();
  const int number = static_cast<int>(done) + 1;
  PartMention found;
  found.name = fmt::format("{} {}/{}", word, number, *total);
  found.key = fmt::format("{} {}", word, number);
  found.part = Part{number, static_cast<int>(*total), are_alike(word), may_be_cut(word)};
  return found;
}

}  // namespace joulecast::progress
