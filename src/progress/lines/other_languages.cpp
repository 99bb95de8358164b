#include "progress/lines/other_languages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// Replaces each match by what `text_of` makes of it.
template <class TextOf>
std::string replace(std::string_view text, const Pattern& pattern, TextOf text_of) {
  std::string replaced;
  while (const auto match = pattern.find(text)) {
    if (match->text(std::size_t{0}).empty()) break;
    replaced += match->before();
    replaced += text_of(*match);
    text = match->after();
  }
  replaced += text;
  return replaced;
}

/// Most lines have none of these letters, which is seen sooner than that no pattern matches.
bool may_have_a_count(std::string_view text) {
  constexpr std::array<std::string_view, 23> parts{
      "poche",    "poca",   "poque",  "轮",     "輪",     "回合", "エポック", "에포크",
      "пох",      "rchla",  "rchg",   "chritt", "tape",   "aso ", "asso ",    "аг ",
      "ステップ", "teraci", "térati", "teraç",  "terazi", "pok ", "poka "};
  return std::ranges::any_of(parts, [&](auto part) { return text.find(part) != text.npos; });
}

std::string with_total(const Match& match) {
  const auto total = !match.text("total").empty() ? match.text("total") : match.text("of");
  return fmt::format("epoch {}{}{} ", match.text("number"), total.empty() ? "" : "/", total);
}

/// "第 3/8 轮", "第3轮/共8轮", "3エポック目".
std::string counters_in_english(std::string_view text) {
  static const Pattern chinese(
      R"(第\s*(?P<number>\d+)\s*(?:/\s*(?P<total>\d+)\s*)?(?:个|個)?\s*(?:轮|輪|回合|エポック|epoch)(?:次|训练|目)?(?:\s*(?:/|,|，|\(|（)?\s*共\s*(?P<of>\d+)\s*(?:轮|輪|回合|epoch)?\s*(?:\)|）)?)?)");
  static const Pattern counted(
      R"((?i)(?P<number>\d+)\s*(?:/\s*(?P<total>\d+)\s*エポック|エポック目|번째\s*에포크|\. epoche\b)(?P<of>))");
  return replace(replace(text, chinese, with_total), counted, with_total);
}

std::string words_in_english(std::string_view text) {
  static const Pattern all(
      R"((?i)(?:\b(?:epochen|epoche totali)|(?:É|é|e)poques|(?:É|é|e)pocas|总轮数|轮数)\s*(?::|：|=)\s*(?P<number>\d+)(?P<of>)(?:\s*/\s*(?P<total>\d+))?)");
  static const Pattern epoch(
      R"((?i)(?:\bepoche|\bepoca|\bepoka|\bepok|(?:É|é|e)poque|(?:É|é|e)poca|(?:Э|э)поха|轮次|回合|エポック|에포크)\s*(?::|：|#|=|\[)*\s*(?P<number>\d+)\]?(?P<of>)(?:\s*(?:/|\bvon\b|\baus\b|\bde\b|\bdi\b|\bda\b|\bsur\b|из|中)\s*(?P<total>\d+))?)");
  const auto totals = replace(text, all, [](const Match& match) {
    return match.text("total").empty() ? fmt::format("epochs: {}", match.text("number")) : with_total(match);
  });
  // These are other things, too, where no total follows.
  static const Pattern pass(
      R"((?i)(?:\b(?:durchlauf|durchgang)|(?:训练)?轮数|周期)\s*[:#=\[(]?\s*(?P<number>\d+)(?P<of>)\s*(?:/|\bvon\b|\baus\b)\s*(?P<total>\d+)\]?)");
  static const Pattern step(
      R"((?i)(?:\bschritt|(?:É|é|e)tape|\bpaso|\bpasso|(?:Ш|ш)аг|ステップ|\biteraci(?:ó|o)n|\bit(?:é)ration|\bitera(?:ç|c)(?:ã|a)o|\biterazione)\s*[:#=]?\s*(?P<number>\d+)\s*(?:/|\bvon\b|\bde\b|\bdi\b|\bsur\b|из)\s*(?P<total>\d+))");
  const auto steps = replace(replace(totals, epoch, with_total), pass, with_total);
  return replace(steps, step, [](const Match& match) {
    return fmt::format("step {}/{} ", match.text("number"), match.text("total"));
  });
}

/// The names of losses and accuracies, and the comma in their figures.
std::string figures_in_english(std::string text) {
  static const std::array<std::pair<Pattern, std::string_view>, 5> names{
      {{Pattern(R"((?i)\bvalidierungsverlust\b|验证损失|検証損失)"), "val_loss"},
       {Pattern(R"((?i)\btrainingsverlust\b|训练损失|訓練損失)"), "train_loss"},
       {Pattern(
            R"((?i)\bverlust\b|\bfehler\b|\bperte\b|\bp(?:é|e)rdida\b|\bperdita\b|\bperda\b|(?:П|п)отер(?:и|я)|kayıp|\bstrata\b|mất mát|损失|損失|손실)"),
        "loss"},
       {Pattern(R"((?i)验证准确率|検証精度)"), "val_accuracy"},
       {Pattern(
            R"((?i)\bgenauigkeit\b|\bexactitude\b|\bexactitud\b|\bacur(?:á|a)cia\b|\baccuratezza\b|(?:Т|т)очность|doğruluk|độ chính xác|准确率|精度|正解率|정확도)"),
        "accuracy"}}};
  for (const auto& [pattern, name] : names)
    text = replace(text, pattern, [&, english = name](const Match&) { return std::string(english); });
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> wide{
      {{"：", ": "}, {"，", ", "}, {"（", "("}, {"）", ")"}}};
  for (const auto& [sign, narrow] : wide)
    for (auto at = text.find(sign); at != text.npos; at = text.find(sign, at + narrow.size()))
      text.replace(at, sign.size(), narrow);
  static const Pattern comma(R"((?P<name>(?:loss|accuracy)\W{1,3})(?P<whole>\d+),(?P<part>\d+))");
  return replace(text, comma, [](const Match& match) {
    return fmt::format("{}{}.{}", match.text("name"), match.text("whole"), match.text("part"));
  });
}

}  // namespace

std::optional<std::string> in_english(std::string_view text) {
  if (!may_have_a_count(text)) return std::nullopt;
  auto english = words_in_english(counters_in_english(text));
  if (english == text) return std::nullopt;
  return figures_in_english(std::move(english));
}

}  // namespace joulecast::progress
