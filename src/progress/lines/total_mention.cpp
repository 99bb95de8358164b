#include "progress/lines/total_mention.hpp"

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// "Training for 8 epochs of 40 steps", "4 epochs, 20 batches each".
std::optional<TotalMention> find_sentence(std::string_view lowered) {
  static const Pattern epochs(
      R"(\b(?:train|fitt?|fine-?tun|runn?|optimi[sz])(?:e|ing)?(?: (?:the )?(?:model|network|classifier|training))?(?: for)?(?: a total of)? (?P<total>\d+) epochs?\b(?:(?: of|,| with| x) (?P<steps>\d[\d,]*) (?:steps|batches|iterations)(?: each| per epoch)?)?)");
  static const Pattern steps(
      R"(\b(?:train|fitt?|fine-?tun|runn?|optimi[sz])(?:e|ing)?(?: (?:the )?(?:model|network|classifier|training))?(?: for)?(?: a total of)? (?P<total>\d[\d,]*|\d+(?:\.\d+)?[km]) (?:(?:training|train|optimi[sz](?:er|ation)|gradient) )?(?:steps|iterations|iters|updates)\b)");
  static const Pattern of_something_else(R"(\b(?:every|each|per|warm-?up|patience|last|next|first)\b)");
  TotalMention found;
  if (const auto match = epochs.find(lowered); match && !of_something_else.matches(match->before())) {
    found.begins = true;
    found.epochs = match->number("total");
    found.steps_per_epoch = match->number("steps");
    return found;
  }
  // "Training plan: 180 steps total (3 epochs)"
  static const Pattern in_total(
      R"(^[^|,;\d]{0,40}\b(?P<total>\d[\d,]*) (?:(?:training|train|optimi[sz](?:er|ation)|gradient) )?(?:steps|iterations|updates)(?: in)? total\b)");
  static const Pattern not_of_the_training(R"(\b(?:eval\w*|valid\w*|test\w*|warm-?up|denois\w*|sampl\w*)\b)");
  if (const auto match = in_total.find(lowered);
      match && !not_of_the_training.matches(match->text(std::size_t{0}))) {
    found.steps = match->number("total");
    found.sure = true;
    return found;
  }
  const auto match = steps.find(lowered);
  if (!match || of_something_else.matches(match->before()) || match->after().starts_with(" per "))
    return std::nullopt;
  found.begins = true;
  found.steps = match->number("total");
  return found;
}

/// "num_epochs: 8" is how a program calls it, "Total epochs: 8" how it tells a person.
bool names_a_setting(std::string_view text) {
  return text.substr(0, text.find_first_of(":=")).find('_') != std::string_view::npos;
}

/// "Total optimizer steps: 60 | warmup steps: 6", "n_epochs: 8".
std::optional<TotalMention> find_setting(std::string_view lowered) {
  static const Pattern epochs(
      R"(^\W*(?:(?:(?:total |max(?:imum|imal)? )?(?:number|num|no\.?) of |total |max(?:imum)? )(?:training |train )?epochs?|(?:num|n|max|total|train|num_train|max_train)_epochs?)["']?\s*[:=]\s*(?P<total>\d+)(?:\W*$|\s*[|,;(]))");
  static const Pattern bare_epochs(R"(^\W*(?:(?:training|train) )?epochs["']?\s*[:=]\s*(?P<total>\d+)\W*$)");
  static const Pattern steps(
      R"(^\W*(?:start\w* training\W+(?:iters|iterations|steps)|(?:total|max(?:imum)?|num|number of)[_ ](?:number of |num )?(?:(?:training|train|optimi[sz](?:ation|er)|optim|gradient|global|parameter)[_ ])?(?:update[_ ])?(?:steps|iterations|iters|updates))["']?\s*[:=]\s*(?P<total>\d[\d,]*|\d+(?:\.\d+)?[km])(?:\W*$|\s*[|,;(]))");
  static const Pattern per_epoch(
      R"(^\W*(?:number of )?(?:steps|batches|iterations)[_ ]per[_ ]epoch\s*[:=]\s*(?P<steps>\d[\d,]*)\b)");
  TotalMention found;
  for (const auto* pattern : {&epochs, &bare_epochs})
    if (const auto match = pattern->find(lowered)) {
      found.epochs = match->number("total");
      found.sure = pattern == &epochs && !names_a_setting(match->text(std::size_t{0}));
      return found;
    }
  if (const auto match = steps.find(lowered)) {
    found.steps = match->number("total");
    found.sure = !names_a_setting(match->text(std::size_t{0}));
    return found;
  }
  const auto match = per_epoch.find(lowered);
  if (!match) return std::nullopt;
  found.steps_per_epoch = match->number("steps");
  return found;
}

}  // namespace

std::optional<TotalMention> find_totals(std::string_view lowered) {
  const auto has = [&](std::string_view part) { return lowered.find(part) != std::string_view::npos; };
  if (lowered.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  if (!has("epoch") && !has("step") && !has("iter") && !has("update") && !has("batches")) return std::nullopt;
  if (auto found = find_setting(lowered)) return found;
  return find_sentence(lowered);
}

std::optional<double> total_of_epochs_beside(std::string_view after) {
  static const Pattern named(
      R"((?i)(?:\b(?:(?:max|total|num|n|num_train)[_ -]?epochs?|epochs)["']?\s*[:=]\s*|^[\s,;|]{1,3}total\b\s*[:=]?\s*)(?P<total>\d+)\b)");
  const auto match = named.find(after);
  return match ? match->number("total") : std::nullopt;
}

std::optional<double> total_of_steps_beside(std::string_view after) {
  static const Pattern named(
      R"((?i)(?:\b(?:(?:max|total|num)[_ -]?(?:(?:num|train(?:ing)?)[_ -]){0,2}(?:steps|iters|iterations|updates)|max[_ -]?(?:step|iter|iteration|update))["']?\s*[:=]\s*|\bbatches=|^[\s,;|]{1,3}total\b\s*[:=]?\s*)(?P<total>\d[\d,]*)\b)");
  const auto match = named.find(after);
  return match ? match->number("total") : std::nullopt;
}

bool are_settings(std::string_view lowered) {
  static const Pattern settings(
      R"(^(?:\W*(?:args|arguments|config\w*|options|hyper-?param\w*|settings|hparams|parameters)\b)|namespace\()");
  return settings.matches(lowered);
}

bool starts_training(std::string_view lowered) {
  static const Pattern start(
      R"(^\W*(?:(?:start|begin)\w*\s+(?:the\s+|model\s+)?train\w*[^\d]{0,40}$|train(?:ing)? (?:on|with) \d+ |training (?:on|started|starts|begins|is starting|the model|model)\b[^:=]{0,60}$|(?:(?:(?:step|part|task) ?)?[\[(]?\d+ ?(?:/|of) ?\d+[\])]?\W{1,4})?(?:train(?:ing)?(?: loop)?|training the model)\W*$))");
  return lowered.find("train") != std::string_view::npos && start.matches(lowered);
}

}  // namespace joulecast::progress
