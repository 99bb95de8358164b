#include "progress/lines/epoch_mention.hpp"

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/total_mention.hpp"

namespace joulecast::progress {
namespace {

using Says = EpochMention::Says;

const Pattern& mention() {
  static const Pattern pattern(
      R"((?i)(?:^|[^\w.])(?P<word>epochs?|ep\.?)["']?(?:[ _-]?(?:no\.?|num|number|idx|index|id))?["']?\s*[\])]?\s*(?:->|[:=#_-])*\s*["'\[(<#]*\s*)"
      R"((?P<number>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?["']?(?:\s*[\])>])?)"
      R"((?:\s*[\[(]?(?:/|\\|of\b|out of\b|(?:completed|finished|done) (?:out )?of\b)\s*[\[(]?\s*(?P<total>\d{1,3}(?:,\d{3})+|\d+)(?:\.0+\b)?)?[\])>]?)");
  return pattern;
}

/// Words before that make the number another one: "best epoch 3", "resuming from epoch 36".
bool is_of_something_else(std::string_view before) {
  static const Pattern words(
      R"((?i)\b(?:best|early|improve\w*|patience|save[ds]?|saving|load\w*|restor\w*|resum\w*|checkpoint\w*|ckpt|from|since|until|till|max\w*|min|minimum|num|number|total|every|each|per|last|previous|prev|next|remaining|eta|learning rate|lr|schedul\w*|config\w*|expected|estimated|snapshot|wrote|writing|written|export\w*|decay\w*|milestones?|(?:un)?freez\w*|select\w*|chos\w*|optimal|limit|stop\w*|terminat\w*|abort\w*|interrupt\w*|warm-?up)\b)");
  static const Pattern value(R"(^["']?\s*[:=]?\s*[-+(\[]?\d)");
  for (auto found = words.find(before); found; found = words.find(before)) {
    if (!value.matches(found->after())) return true;
    before = found->after();  // "lr: 0.1" is a figure
  }
  return false;
}

/// Words after it that make the line a message about something else.
bool is_message(std::string_view after) {
  static const Pattern words(
      R"((?i)^\W*(?:training |the )?(?:checkpoint|model|weights|snapshot|sav(?:e|ed|ing)|load(?:ed|ing)|early stop|no improvement|(?:learning rate|lr)\b[^\d]*(?:set|adjust|chang|reduc|decay|->)|reducing|adjusting|reduc|improv|patience|best (?:model|epoch|so far)|new best|did not|did n't|terminat|\w+ (?:improved|did not improve|has improved|has not improved)))");
  return words.matches(after);
}

bool is_in_a_file_name(std::string_view before, std::string_view after) {
  static const Pattern ending(
      R"((?i)^[^\s,|;]*\.(?:pth?|ckpt|h5|hdf5|keras|bin|safetensors|np[yz]|pkl|json|tar|onnx|png|jpe?g|weights|zip|ya?ml|txt|csv|log)\b)");
  static const Pattern key(R"(^["']?\s*[:=])");
  return ending.matches(after) || (before.ends_with('\\') || (before.ends_with('/') && !key.matches(after)));
}

/// "epoch 12.3 s" is a time, "epoch 33%" a share, "epoch 3rd" no number.
bool goes_on_differently(std::string_view after) {
  static const Pattern more(
      R"((?i)^(?:[A-Za-z_]|\.\d|\s?%|\s?(?:s|secs?|seconds?|ms|mins?|minutes?|h|hours?|epochs?)\b))");
  static const Pattern setting(R"((?i)^\s?epochs?\s?[:=])");  // "epoch=1 epochs=6"
  return more.matches(after) && !setting.matches(after);
}

/// "epoch 3 / 100 batches" and "epoch 3 of 64-sample batches" tell how long an epoch is, not how many there
/// are; "Epoch 3/100 steps: 50" and "Epoch 3/100 images/s: 50" do.
bool counts_what_an_epoch_has(std::string_view after) {
  static const Pattern things(
      R"((?i)^(?:[ -]?(?:sample|item|image|token|mini))?[ -]?(?:batches|steps|iterations|iters|samples|updates|images|clients|sequences|tokens|rollouts|games|frames|minibatches)\b(?P<figure>/|\s*[:=#(\[]?\s*\d)?)");
  const auto found = things.find(after);
  return found && found->text("figure").empty();
}

enum class Neighbour { fine, needs_figures, unknown, needs_total };

/// The word right before "epoch".
Neighbour neighbour_of(std::string_view before) {
  static const Pattern last_word(R"((?P<word>[\w'-]+)\s+$)");
  static const Pattern known(
      R"((?i)^(?:train\w*|start\w*|begin\w*|enter\w*|finish\w*|complet\w*|done|end\w*|of|after|for|in|into|the|running|current|now|this|val\w*|eval\w*|test\w*|summary|results?|report|stats|processing|doing|progress|info|global|and|===*)$)");
  static const Pattern figure(R"([:=]\s*["'(\[]?[-+]?[\d.]+(?:e[-+]?\d+)?%?["')\]]?\s+$)");
  static const Pattern named_figure(R"([A-Za-z_]\w* +-?\d+\.\d+\s+$)");  // "LearningRate 0.1   Epoch: 3"
  static const Pattern letters(R"(\w)");
  const auto match = last_word.find(before);
  if (!match || figure.matches(before) || named_figure.matches(before)) return Neighbour::fine;
  const auto word = match->text("word");
  if (!letters.matches(word)) return Neighbour::fine;
  if (word == "at" || word == "At") return Neighbour::needs_figures;
  if (known.matches(word)) return Neighbour::fine;
  return parse_count(word) ? Neighbour::needs_total : Neighbour::unknown;
}

Says what_words_say(std::string_view before, std::string_view after) {
  static const Pattern evaluation(
      R"((?i)\b(?:(?:val|valid|validat\w+|evaluat\w+|eval|test|testing)|(?:evaluating|validating) [a-z]+)\W*$)");
  static const Pattern ends_before(
      R"((?i)\b(?:finish\w*|complet\w*|done|end|ended|ending|ends|after|summary|results?|took|time)\b)");
  static const Pattern begins_before(R"((?i)\b(?:start\w*|begin\w*|began|entering|running|into)\b)");
  static const Pattern ends_after(
      R"((?i)^\W*(?:training |is |was |has )*(?:been )?(?:finish\w*|complet\w*|done|end|ended|over|took|summary|results?|(?:epoch |total )?time|elapsed|in \d)\b)");
  static const Pattern begins_after(
      R"((?i)^\W*(?:training |is |has |was )*(?:start\w*|begin\w*|began|training|running)\W*(?:$|at\b|with\b|on\b|lr\b))");
  if (ends_after.matches(after)) return Says::ends;
  if (begins_after.matches(after)) return Says::begins;
  if (evaluation.matches(before)) return Says::evaluation;
  if (ends_before.matches(before)) return Says::ends;
  return begins_before.matches(before) ? Says::begins : Says::nothing;
}

}  // namespace

bool has_figure(std::string_view text) {
  static const Pattern figure(
      R"((?P<words>(?:[A-Za-z_]+[ "')\]]*){0,3})[:=(\[ "']*-?(?:\d*\.\d+(?:[eE][-+]?\d+)?|\d+[eE]-\d+|(?:nan|inf|NaN|NAN)\b|(?P<whole>\d+)))");
  static const Pattern setting(
      R"((?i)\b(?:lr|learning[ _]?rate|wd|decay|momentum|temperature|tau|betas?|eps\w*|alpha|gamma|eta|sigma|remaining)\b)");
  static const Pattern count(
      R"((?i)(?:^$|\b(?:size|batch\w*|steps?|iter\w*|samples?|examples?|images?|total|workers|gpus?|seed|rank|device|best|epochs?|num\w*|of|at|in|on)\b[ "')\]]*$))");
  static const Pattern separator(R"([:=]\s*["'(\[]*-?\d+$)");
  for (auto found = figure.find(text); found; found = figure.find(text)) {
    const bool whole = !found->text("whole").empty();
    // "change: 1" is a figure, "batch size: 32" is not.
    const bool counts = !whole || (separator.matches(found->text(0)) && !count.matches(found->text("words")));
    if (counts && !setting.matches(found->text("words"))) return true;
    text = found->after();
  }
  return false;
}

namespace {

/// Nothing where more than all is done, or a number stands for "unlimited".
std::optional<EpochMention> count_of(const Match& match) {
  const auto number = match.number("number");
  EpochMention found;
  found.kind = EpochMention::Kind::progress;
  found.total = match.number("total");
  found.after = match.after();
  if (!number || !found.total || *number > *found.total) return std::nullopt;
  found.number = *number;
  return found;
}

/// "3/10 epochs done".
std::optional<EpochMention> find_count_before_word(std::string_view text) {
  static const Pattern count(
      R"((?i)^[\W_]*(?:(?:train(?:ing|ed)?|progress|completed?|finished|done|overall|after|status)[\s:]+){0,3}(?:\d+(?:\.\d+)?\s?%\s*[|,(\[]?\s*)?(?P<number>\d+)\s*(?:/|of\b|out of\b)\s*(?P<total>\d+) epochs?\b)");
  const auto match = count.find(text);
  auto found = match ? count_of(*match) : std::nullopt;
  if (found) found->says = Says::ends;
  return found;
}

/// "Epoch took 0.9 s, loss 0.3, done 3 of 8 epochs", "time 0.8 s | 3/8 epochs done | …".
std::optional<EpochMention> find_count_at_the_end(std::string_view text) {
  static const Pattern count(
      R"((?i)\b(?:done|finished|completed?):? (?P<number>\d+)\s*(?:/|of\b|out of\b)\s*(?P<total>\d+) epochs?\W*$)");
  static const Pattern among_others(
      R"((?i)[|,;]\s*(?P<number>\d+)\s*(?:/|of\b|out of\b)\s*(?P<total>\d+) epochs? (?:done|finished|completed?|over)\b)");
  auto match = count.find(text);
  if (!match) match = among_others.find(text);
  auto found = match ? count_of(*match) : std::nullopt;
  if (!found) return found;
  found->says = Says::ends;
  return found;
}

/// "3. epoch: loss 0.5", "3rd epoch …".
std::optional<EpochMention> find_ordinal(std::string_view text) {
  static const Pattern ordinal(R"((?i)^[\W_]*(?P<number>\d+)(?:\.|st|nd|rd|th) epoch\b)");
  const auto match = ordinal.find(text);
  const auto number = match ? match->number("number") : std::nullopt;
  if (!number) return std::nullopt;
  EpochMention found;
  found.kind = EpochMention::Kind::progress;
  found.number = *number;
  found.total = total_of_epochs_beside(match->after());
  found.after = match->after();
  return found;
}

/// "**** Epoch 3 (3/8) ****": the same again, with how many there are.
std::optional<double> total_in_brackets(double number, std::string_view after) {
  static const Pattern again(R"(^\s*[\[(](?P<number>\d+)/(?P<total>\d+)[\])]\W*$)");
  const auto match = again.find(after);
  return match && match->number("number") == number ? match->number("total") : std::nullopt;
}

/// "E03/08 loss 0.5", "Pass 3/8, cost 0.5", with figures only: "E20/30" may be anything.
std::optional<EpochMention> find_letter(std::string_view text) {
  static const Pattern letter(R"((?i)^[\W_]*(?:e|pass) ?[:=#]? ?(?P<number>\d+)\s*/\s*(?P<total>\d+)\b\]?)");
  const auto match = letter.find(text);
  return match && has_figure(match->after()) ? count_of(*match) : std::nullopt;
}

/// "Train: [ 1/50] Step 100/194 Loss 0.5", "Valid: [ 1/50] Final Prec@1 50.2%" of DARTS and what came of it.
std::optional<EpochMention> find_behind_set(std::string_view text) {
  static const Pattern behind(
      R"((?i)^(?P<set>train(?:ing)?|val(?:id(?:ation)?)?|test): *\[ *(?P<number>\d+) ?/ ?(?P<total>\d+)\] *(?P<rest>(?:step|iter(?:ation)?|batch|final)\b.*))");
  const auto match = behind.find(text);
  auto found = match ? count_of(*match) : std::nullopt;
  if (!found) return found;
  found->after = match->text("rest");
  if (std::tolower(static_cast<unsigned char>(text[1])) != 'r') found->says = Says::evaluation;
  return found;
}

}  // namespace

std::optional<EpochMention> find_epoch(std::string_view text) {
  if (auto found = find_behind_set(text)) return found;
  if (auto found = find_count_before_word(text)) return found;
  if (auto found = find_count_at_the_end(text)) return found;
  if (auto found = find_letter(text)) return found;
  if (auto found = find_ordinal(text)) return found;
  const auto match = mention().find(text);
  if (!match) return std::nullopt;
  EpochMention found;
  const auto word = match->text("word");
  const auto begin = static_cast<std::size_t>(word.data() - text.data());
  found.before = text.substr(0, begin);
  found.after = match->after();
  const auto number = match->number("number");
  found.number = number.value_or(0);
  if (!counts_what_an_epoch_has(found.after)) found.total = match->number("total");
  if (!found.total) {
    found.total = total_of_epochs_beside(found.after);
    if (!found.total) found.total = total_of_epochs_beside(found.before);
    found.total_is_named = found.total.has_value();
  }
  if (const auto total = number && !found.total ? total_in_brackets(*number, found.after) : std::nullopt) {
    found.total = total;
    found.after = {};
  }
  const bool plural = word.ends_with('s') || word.ends_with('S');
  const bool short_word = word.size() < 5;  // "ep"
  if (!number || (plural && !found.total) || goes_on_differently(found.after)) return found;
  if (is_of_something_else(found.before) ||
      is_in_a_file_name(found.before, text.substr(begin + word.size())) || is_message(found.after))
    return found;
  const auto neighbour = neighbour_of(found.before);
  const bool labelled = found.total || std::isupper(static_cast<unsigned char>(word.front())) != 0;
  const bool figures = has_figure(found.after);
  // "3/60 ep 0.1": the steps, and the epochs that they are.
  static const Pattern steps(R"(^\W*\d+\s*/\s*\d+\W*$)");
  const bool after_steps = !match->text("fraction").empty() && steps.matches(found.before);
  if (neighbour == Neighbour::needs_total && !found.total && !after_steps) return found;
  if (neighbour == Neighbour::needs_figures && !figures && !(found.total && has_figure(found.before)))
    return found;
  if (neighbour == Neighbour::unknown && !labelled) return found;
  if (short_word && !found.total && !figures) return found;
  found.kind = EpochMention::Kind::progress;
  found.sure = neighbour != Neighbour::unknown || found.total;
  found.says = what_words_say(found.before, found.after);
  if (const auto fraction = match->text("fraction"); !fraction.empty()) {
    found.fraction = true;
    found.number += parse_count("0" + std::string(fraction)).value_or(0);
  }
  // A count that is past its end is none.
  if (found.total && found.number > *found.total) found.kind = EpochMention::Kind::other;
  return found;
}

}  // namespace joulecast::progress
