#include "progress/lines/step_mention.hpp"

#include <cctype>
#include <string>

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

using Word = StepMention::Word;

/// "12ms", "0.5", "3 s": no number of a step. A total that is less than what is done is no total.
std::optional<StepMention> mention_of(const Match& match, Word word) {
  static const Pattern more(R"((?i)^(?:[A-Za-z_%]|\.\d|\s?(?:s|secs?|seconds?|ms|min)\b))");
  const auto done = match.number("done");
  if (!done || more.matches(match.after())) return std::nullopt;
  StepMention found{word, *done, match.number("total"), !match.text("plural").empty(), match.after(), false};
  if (found.total && (*found.total < *done || *found.total < 1)) return std::nullopt;
  return found;
}

}  // namespace

std::optional<StepMention> find_step_of_epoch(std::string_view after) {
  static const Pattern word(
      R"((?i)(?:^|[^\w.])(?:(?:global|train|training)[ _-]?)?(?:batch(?:[ _]?(?:idx|id|index))?|step|iters?|iteration|it|mini-?batch|update)(?P<plural>e?s)?["']?(?:\s+no\.?)?[\s:=#\[(.]*(?P<done>\d{1,3}(?:,\d{3})+|\d+)(?:\s*[\])])?(?:\s*(?:/|of\b|out of\b)\s*(?P<total>\d{1,3}(?:,\d{3})+|\d+))?)");
  static const Pattern pair(
      R"((?i)^[\s:|,>\])-]{0,6}(?:\[?(?P<set>train(?:ing)?|val(?:id(?:ation)?)?|eval(?:uation)?|test(?:ing)?)\]?[\s:|,-]{0,4})?[\[(]\s*(?P<done>\d+)\s*(?:/|of)\s*(?P<total>\d+)\b)");
  static const Pattern bare(R"(^[\s:|,>\])-]{0,6}(?P<done>\d+)\s*/\s*(?P<total>\d+)\b)");
  static const Pattern percent(R"(^[^A-Za-z\d%]{0,400}(?P<done>\d+(?:\.\d+)?)\s?%(?P<after>.*))");
  for (const auto* pattern : {&pair, &bare}) {
    const auto match = pattern->find(after);
    if (!match) continue;
    auto found = mention_of(*match, Word::step);
    const auto set = match->text("set");
    if (found) found->of_evaluation = !set.empty() && std::tolower(static_cast<unsigned char>(set[1])) != 'r';
    return found;
  }
  for (auto rest = after;;) {
    const auto match = word.find(rest);
    if (!match) break;
    const bool counts = match->text("plural").empty() || !match->text("total").empty();
    if (const auto found = counts ? mention_of(*match, Word::step) : std::nullopt) return found;
    rest = match->after();
  }
  const auto match = percent.find(after);
  const auto done = match ? match->number("done") : std::nullopt;
  if (!done || *done > 100) return std::nullopt;
  return StepMention{Word::percent, *done, 100, false, match->text("after"), false};
}

std::optional<StepMention> find_step(std::string_view text) {
  static const std::string count =
      R"([\s:=#\[(]*(?P<done>\d{1,3}(?:,\d{3})+|\d+)(?:\s*[\])])?(?:\s*(?:/|of\b|out of\b)\s*(?P<total>\d{1,3}(?:,\d{3})+|\d+))?)";
  static const Pattern step(
      (R"((?i)^\W*(?:[\w./@-]{1,40} ?[:=] ?[-+\d.e]+[\s,;|]+){0,6}(?:(?:train(?:ing)?|global|current|opt(?:imi[sz]er)?)[\])]?[\s_:|/-]*)?(?:in )?)"
       R"((?:step|iter(?:ation)?|update|it|num_update|mini-?batch|batch)(?P<plural>e?s)?["']?(?:\s+no\.?)?)" +
       count)
          .c_str());
  static const Pattern episode((R"((?i)^\W*episode)" + count).c_str());
  static const Pattern round(
      (R"((?i)^\W*(?:(?:fl|federated|global|communication|boosting|server|active[ -]learning|al|self[ -]training)[\s_-]+)?(?:round|generation))" +
       count)
          .c_str());
  static const Pattern after_words(
      (R"((?i)^\W*(?:(?:train(?:ing)?|mini-?batch|batch|current|running|average|mean|total)\s+)*(?:loss|cost|error|accuracy|reward|objective)\s+(?:at|after|in)\s+(?:step|iter(?:ation)?|update))" +
       count)
          .c_str());
  static const Pattern bracket(R"(^[\[(]\s*(?P<done>\d+)\s*/\s*(?P<total>\d+)\s*[\])])");
  static const Pattern none(R"(^(?P<done>\d{1,3}(?:,\d{3})+|\d+)\s*/\s*(?P<total>\d{1,3}(?:,\d{3})+|\d+)\b)");
  static const Pattern percent(
      R"((?i)^(?:training|train|progress|overall(?: progress)?)\W+(?P<done>\d+(?:\.\d+)?)\s?%)");
  if (const auto match = step.find(text)) return mention_of(*match, Word::step);
  if (const auto match = after_words.find(text)) return mention_of(*match, Word::step);
  if (const auto match = episode.find(text)) return mention_of(*match, Word::episode);
  if (const auto match = round.find(text)) return mention_of(*match, Word::round);
  if (const auto match = bracket.find(text)) return mention_of(*match, Word::bracket);
  if (const auto match = none.find(text)) return mention_of(*match, Word::none);
  const auto match = percent.find(text);
  const auto done = match ? match->number("done") : std::nullopt;
  if (!done || *done > 100) return std::nullopt;
  return StepMention{Word::percent, *done, 100, false, match->after(), false};
}

}  // namespace joulecast::progress
