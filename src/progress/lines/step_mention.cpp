#include "progress/lines/step_mention.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/total_mention.hpp"

namespace joulecast::progress {
namespace {

using Word = StepMention::Word;

const std::string number = R"((?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?[kKMB]\b|\d+))";
/// " 3", "=3/8", " [3 of 8]", ": 3 (37.5%) of 8", " 3 (of 8)".
const std::string count =
    R"([\s:=#\[(]*(?P<done>)" + number +
    R"()(?:\s*[\])])?(?:(?:\s*\(\d+(?:\.\d+)?\s?%\))?\s*[\[(]?(?:/|of\b=?|out of\b)\s*(?P<total>)" + number +
    "))?";
/// Whose steps they are. Those of a validation, a warm-up or a calibration are none of the training's.
const std::string qualifier =
    R"((?:(?:train(?:ing|er)?|(?P<run>global|overall|total)|current|opt(?:imi[sz](?:er|ation)|im)?|grad(?:ient)?|sgd|model|parameter|env(?:ironment)?|boosting|fl|federated|communication|server|active[ -]learning|al|self[ -]training|consumed|seen|outer|main|ppo|grpo|dpo|kto|orpo|sft|rlhf|trpo|sac|dqn|ddpg|td3|a[23]c|rl|policy|actor|critic|learn(?:er|ing)|pre-?train(?:ing)?|fine-?tun(?:e|ing)|distill(?:ation)?|meta|svi|em)[\])]?[\s_:|/-]*){0,2})";
const std::string nouns =
    R"((?P<noun>num_updates?|steps?|iter(?:ation)?s?|updates?|mini-?batch(?:es)?|batch(?:es)?|its?|time[ _]?steps?|frames?|episodes?|games?|rollouts?|rounds?|generations?|gen|trees?|tokens?|samples?|examples?|images?|imgs|sequences?))";

struct Counted {
  Word word = Word::step;
  Unit unit = Unit::step;
};
Counted counted_by(std::string_view noun) {
  constexpr std::array<std::pair<std::string_view, Counted>, 12> others{{
      {"episode", {Word::episode, Unit::round}},
      {"game", {Word::episode, Unit::round}},
      {"rollout", {Word::episode, Unit::round}},
      {"round", {Word::round, Unit::round}},
      {"gen", {Word::round, Unit::round}},
      {"tree", {Word::round, Unit::round}},
      {"token", {Word::amount, Unit::token}},
      {"sample", {Word::amount, Unit::sample}},
      {"example", {Word::amount, Unit::sample}},
      {"image", {Word::amount, Unit::sample}},
      {"imgs", {Word::amount, Unit::sample}},
      {"sequence", {Word::amount, Unit::sample}},
  }};
  const auto lowered = to_lower(noun);
  for (const auto& [word, counted] : others)
    if (lowered.starts_with(word)) return counted;
  return {};
}

/// "12ms", "0.5", "3 s": no number of a step. A total that is less than what is done is no total.
std::optional<StepMention> mention_of(const Match& match, Counted counted = {}) {
  static const Pattern more(R"((?i)^(?:[A-Za-z_%]|\.\d|/\d|\s?(?:s|secs?|seconds?|ms|min|px|[kmg]i?b)\b))");
  const auto done = match.number("done");
  if (!done || more.matches(match.after())) return std::nullopt;
  const auto noun = match.text("noun");
  StepMention found;
  found.word = counted.word;
  found.unit = counted.unit;
  found.done = *done;
  found.total = match.number("total");
  const bool short_for_one = to_lower(noun) == "iters";
  found.plural = !short_for_one && (noun.ends_with('s') || noun.ends_with('S'));
  found.after = match.after();
  found.of_run = !match.text("run").empty();
  found.noun = noun.substr(0, noun.size() - (found.plural ? 1 : 0));
  if (!found.total && counted.word == Word::step) found.total = total_of_steps_beside(found.after);
  if (!found.total && (counted.word == Word::bracket || counted.word == Word::none)) return std::nullopt;
  if (found.total && (*found.total < *done || *found.total < 1)) return std::nullopt;
  return found;
}

/// "global step 3/8", "tokens 25,000/1,000,000", "samples seen: 300/6000"; "3 of 8 training steps done".
std::optional<StepMention> find_with_noun(std::string_view text) {
  // Before it: a rank or a time, the micro-batches of the step, and figures with their names.
  static const Pattern behind(
      (R"((?i)^\W*(?:\[?\d+(?:\.\d+)?[s%]?\]?[\s|]+)?(?:(?:micro|accum\w*|grad[ _-]?acc\w*)[ _-]?(?:step|batch|it\w*)?[ :=#\[(]*\d+\s*/\s*\d+[\s\])|,;-]+)?(?:[\w./@-]{1,40}(?: ?[:=] ?[-+\d.:e]+|=(?:"[^"]{0,80}"|[\w.:/+-]{1,40}))[\s,;|]+){0,6}?(?:(?:done|completed?|finished|seen)\s+(?:with\s+)?)?(?:in )?)" +
       qualifier + nouns + R"(["']?(?:\s+(?:no\.?|number|seen|processed|done|completed))?["']?)" + count)
          .c_str());
  static const Pattern ahead(
      (R"((?i)^\W*(?:\[?\d+(?:\.\d+)?%\]?[\s|]+)?(?:(?:completed?|done|finished|processed|seen|trained|training|progress|overall|after)[\s:]+){0,2}(?P<done>)" +
       number + R"()\s*(?:/|of\b|out of\b)\s*(?P<total>)" + number + ") " + qualifier + nouns + R"(\b)")
          .c_str());
  static const Pattern behind_loss(
      (R"((?i)^\W*(?:(?:train(?:ing)?|mini-?batch|batch|current|running|average|mean|total)\s+)*(?:loss|cost|error|accuracy|reward|objective|score)\s+(?:at|after|in)\s+(?P<run>global )?(?P<noun>step|iter(?:ation)?|update))" +
       count)
          .c_str());
  static const Pattern after_so_many(
      (R"((?i)^\W*(?:(?:[a-z_]+ ){0,2}(?:loss|cost|error|accuracy|reward|objective)\b[\s:=]*(?:-?[\d.]+\s+)?)?after\s+(?P<done>)" +
       number + R"()(?:\s*(?:/|of\b|out of\b)\s*(?P<total>)" + number + "))? " + qualifier +
       R"((?P<noun>steps|iter(?:ation)?s|updates))")
          .c_str());
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  const auto read = [&](const Pattern& pattern) -> std::optional<std::optional<StepMention>> {
    const auto match = pattern.find(text);
    if (!match) return std::nullopt;
    return mention_of(*match, counted_by(match->text("noun")));
  };
  if (auto found = read(behind)) return *found;
  if (has("/") || has(" of "))  // most lines are not worth the other patterns
    if (auto found = read(ahead)) return *found;
  if (has(" at ") || has(" in ") || has("after") || has("After"))
    for (const auto* pattern : {&behind_loss, &after_so_many})
      if (auto found = read(*pattern)) return *found;
  return std::nullopt;
}

std::optional<StepMention> find_step_beside(std::string_view after) {
  static const Pattern word(
      (R"((?i)(?:^|[^\w.])(?:(?:(?P<run>global)|train|training)[ _-]?)?(?P<noun>batch(?:[ _]?(?:idx|id|index))?(?:es)?|steps?|iters?|iterations?|it|i|m(?:ini|icro)[ _-]?batch(?:es)?|micro|updates?)["']?(?:\s+no\.?)?)" +
       count)
          .c_str());
  static const Pattern pair(
      R"((?i)^[\s:|,>\])-]{0,6}(?:\[?(?P<set>train(?:ing)?|val(?:id(?:ation)?)?|eval(?:uation)?|test(?:ing)?)\]?[\s:|,-]{0,4})?[\[(]\s*(?P<done>\d+)\s*(?:/|of)\s*(?P<total>\d+)\b)");
  static const Pattern bare(
      (R"(^[\s:|,>\])-]{0,6}(?P<done>)" + number + R"()\s*/\s*(?P<total>)" + number + R"()\b)").c_str());
  static const Pattern counted(
      R"((?i)^[\s:|,>\])-]{0,6}(?P<done>\d+)\s*(?:of|out of)\s*(?P<total>\d+) (?:batches|steps|iterations|updates|done|finished|completed?)\b)");
  static const Pattern percent(R"(^[^A-Za-z\d%]{0,400}(?P<done>\d+(?:\.\d+)?)\s?%(?P<after>.*))");
  static const Pattern right_ones(
      R"((?i)^\W*(?:correct|right|hits?)\b)");  // "9003/10000 correct" is a figure
  for (const auto* pattern : {&pair, &bare, &counted}) {
    const auto match = pattern->find(after);
    if (!match || right_ones.matches(match->after())) continue;
    auto found = mention_of(*match);
    const auto set = match->text("set");
    if (found) found->of_evaluation = !set.empty() && std::tolower(static_cast<unsigned char>(set[1])) != 'r';
    return found;
  }
  for (auto rest = after;;) {
    const auto match = word.find(rest);
    if (!match) break;
    const auto found = mention_of(*match);
    if (found && (!found->plural || found->total)) return found;
    rest = match->after();
  }
  const auto match = percent.find(after);
  const auto done = match ? match->number("done") : std::nullopt;
  if (!done || *done > 100) return std::nullopt;
  StepMention found;
  found.word = Word::percent;
  found.done = *done;
  found.total = 100;
  found.after = match->text("after");
  return found;
}

/// ", shard 2/4, batch 1/3": what an epoch's data is divided into, and the steps within that.
std::optional<StepMention> find_step_of_a_subset(std::string_view after) {
  static const Pattern subset(
      R"((?i)^[^\w]{0,8}(?:sub-?epoch|shard|chunk|sub-?set|part(?:ition)?|segment|bucket|block|section|file|data-?set|domain|slice|loader)[ _]?(?:no\.?|idx|id)?[\s:=#\[(]*(?P<done>\d+)(?:\s*(?:/|of\b|out of\b)\s*(?P<total>\d+))?\b[\])]?)");
  const auto match = subset.find(after);
  const auto place = match ? match->number("done") : std::nullopt;
  if (!place) return std::nullopt;
  const auto inner = find_step_beside(match->after());
  if (inner && inner->of_evaluation) return inner;
  StepMention found;
  found.done = *place;
  found.total = match->number("total");
  found.after = inner ? inner->after : match->after();
  if (found.total && (*found.total < *place || *found.total < 1)) return std::nullopt;
  if (!found.total && (!inner || !inner->total)) return std::nullopt;
  if (inner && inner->total) found.done = std::max(0.0, *place - 1) + inner->done / *inner->total;
  return found;
}

}  // namespace

std::optional<StepMention> find_step_of_epoch(std::string_view after) {
  if (auto found = find_step_of_a_subset(after)) return found;
  return find_step_beside(after);
}

namespace {

/// "step: 10 | tokens: 5M/300M | …": of the tokens it is known how many there are.
std::optional<StepMention> find_amount_beside(std::string_view after) {
  static const Pattern amount(
      (R"((?i)^[^|,;]{0,24}[|,;]\s*(?:(?:consumed|seen|total|train(?:ing|ed)?)[ _])?(?P<noun>tokens|samples|examples|sequences)(?:[ _](?:seen|consumed|processed))?)" +
       count)
          .c_str());
  const auto match = amount.find(after);
  if (!match || match->text("total").empty()) return std::nullopt;
  return mention_of(*match, counted_by(match->text("noun")));
}

}  // namespace

std::optional<StepMention> find_step(std::string_view text) {
  if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  static const Pattern bracket(
      (R"(^[\[(]\s*(?P<done>)" + number + R"()\s*/\s*(?P<total>)" + number + R"()\s*[\])])").c_str());
  static const Pattern none(
      (R"((?i)^(?:(?:train(?:ing)?|(?:training |overall )?progress)[\s:|]+[\[(]?|#|\(\d+(?:\.\d+)?%\) )?(?P<done>)" +
       number + R"()\s*/\s*(?P<total>)" + number + R"()\b\]?)")
          .c_str());
  static const Pattern percent(
      R"((?i)^(?:(?:training|train|overall|total)\s+)?(?:training|train|progress|overall|completed?)\W+(?P<done>\d+(?:\.\d+)?)\s?%)");
  static const Pattern percent_done(R"((?i)^(?P<done>\d+(?:\.\d+)?)\s?% (?:done|completed?|finished)\b)");
  // "[ 12%] loss=0.3", and not "[ 12%] Building …", as builds tell.
  static const Pattern percent_before_a_figure(
      R"(^\[\s*(?P<done>\d+(?:\.\d+)?)\s?%\]\s+[A-Za-z_]\w*\s?[:=]\s?-?\d*\.?\d)");
  // TD3 and SAC: "Total T: 3000 / 60000 Episode Num: 12".
  static const Pattern total_t(
      R"((?i)^\W*total (?P<noun>t|timesteps?)\s*[:=]\s*(?P<done>\d+)\s*/\s*(?P<total>\d+)\b)");
  if (const auto match = total_t.find(text)) return mention_of(*match);
  if (auto found = find_with_noun(text)) {
    if (found->total || found->word != Word::step) return found;
    const auto amount = find_amount_beside(found->after);
    return amount ? amount : found;
  }
  if (const auto match = bracket.find(text)) return mention_of(*match, {Word::bracket});
  if (const auto match = none.find(text)) return mention_of(*match, {Word::none});
  auto match = percent.find(text);
  if (!match) match = percent_done.find(text);
  if (!match) match = percent_before_a_figure.find(text);
  const auto done = match ? match->number("done") : std::nullopt;
  if (!done || *done > 100) return std::nullopt;
  StepMention found;
  found.word = Word::percent;
  found.done = *done;
  found.total = 100;
  found.after = match->after();
  return found;
}

bool counts_work(const StepMention& step, bool figures, bool bracketed) {
  static const Pattern words(R"([A-Za-z]{3})");
  static const Pattern value(
      R"(\w ?[:=] ?-?[\d.]|^\W*(?:completed?|done|finished)\b|^\W*[A-Za-z_]+(?: [A-Za-z_]+)? -?\d[\d.,]*\s?(?:$|[,;|%)]))");
  static const Pattern things(
      R"((?i)^\W*(?:[\d.]+\s?%\W*)?(?:correct|right|files?|shards?|passed|failed|tests?|[gm]i?b|parts?|rows?|layers?|workers?|gpus?)\b)");
  static const Pattern share(R"(^\W*\d+(?:\.\d+)?\s?%)");
  switch (step.word) {
    case Word::step:
    case Word::episode:
      return figures || ((step.total || (step.word == Word::episode && bracketed)) &&
                         (!words.matches(step.after) || value.matches(step.after)));
    case Word::percent:
      return true;
    case Word::round:
      return figures || ((step.total || bracketed) && !words.matches(step.after));
    case Word::amount:  // "Example 3/10: …" is one of some that are looked at
      return step.total && (step.plural || step.unit == Unit::token) &&
             (figures || share.matches(step.after));
    case Word::bracket:
    case Word::none:
      return figures && !things.matches(step.after);
  }
  return false;
}

bool begins_a_round(const StepMention& step) {
  static const Pattern words(R"(^\W*[A-Za-z\d ]*[A-Za-z]{3})");
  static const Pattern over(
      R"((?i)\b(?:finish|done|complet(?:e|ing|ion\b)|over|end|took|aggregat|averag|result|eval|test|best|sav|global (?:acc|loss|model)))");
  // "Episode 3/50: collecting rollouts": its epochs come after that.
  static const Pattern collects(
      R"((?i)^[^\w\d]*(?:\w+ )?(?:collect|sampl|generat|roll(?:ing|out)|explor|simulat|interact|play)\w*\b)");
  const bool heads = step.word == Word::round || ((step.word == Word::episode || step.word == Word::step) &&
                                                  step.total && collects.matches(step.after));
  return heads && words.matches(step.after) && !over.matches(step.after);
}

bool names_iteration(std::string_view text) {
  static const Pattern word(R"((?i)^\W*(?:\w+[ _-])?(?:iteration|update)\b)");
  return word.matches(text);
}

}  // namespace joulecast::progress
