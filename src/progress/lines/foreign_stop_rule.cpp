#include "progress/lines/foreign_stop_rule.hpp"

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// "Geduld 2/10", "耐心值：3": the number after the slash, or the only one.
std::optional<StopRule> find_patience(std::string_view lowered) {
  static const Pattern patience(
      R"((?:\bgeduld|\bpaciencia|\bpaciência|\bpazienza|терпени(?:е|я)|耐心(?:值|度|数)?|忍耐|我慢|인내심?)\s*(?::|：|=|\(|（)?\s*(?P<number>\d+)(?:\s*(?:/|von|aus|de|sur|di|из)\s*(?P<of>\d+))?)");
  const auto match = patience.find(lowered);
  const auto number = match ? match->number(match->text("of").empty() ? "number" : "of") : std::nullopt;
  if (!match || number.value_or(0) <= 0) return std::nullopt;
  return StopRule{number};
}

/// "vorzeitiger Abbruch", "parada temprana", "早停", unless it is switched off.
bool names_early_stopping(std::string_view lowered) {
  static const Pattern named(
      R"((?P<no>(?:\bohne|\bkein\w*|\bsans|\bsin|\bsem|\bsenza|без|不|未|无)\s*)?(?:\b(?:vorzeitig|früh(?:zeitig)?)\w* (?:abbr\w+|abgebrochen|stopp?\w*|ende\w*|beend\w+)|\barr(?:ê|e)t(?:er)? (?:anticipé|précoce|prématuré)|\bparada (?:temprana|anticipada|antecipada|precoce)|\bdetención temprana|\b(?:arresto|stop|interruzione) (?:anticipat\w+|precoce)|(?:р|Р)анн\S+ останов|早停|提前(?:停止|终止|结束|終止)|早期(?:終了|停止)|アーリーストッピング|조기\s*(?:종료|중단|정지))(?P<off>\s*(?::|：|=)?\s*(?:false|none|off|aus\b|nein|non\b|no\b|нет|выкл|否|无|关|なし|無効|없음))?)");
  const auto match = named.find(lowered);
  return match && match->text("no").empty() && match->text("off").empty();
}

/// "keine Verbesserung seit 3 Epochen", "连续3轮未提升".
bool counts_failures(std::string_view lowered) {
  static const Pattern failures(
      R"(\b(?:keine|ohne) verbesserung|\bnicht verbessert|\b(?:aucune|sans|pas d')\s?amélioration|\b(?:sin|sem) (?:mejora|melhora)|\b(?:nessun|senza) miglioramen|(?:нет|без) улучшени|(?:未|没有|沒有|无)(?:提升|改善|下降|提高|改进)\D{0,18}\d|\d+\s*(?:轮|次|个epoch|epoch)?[^\d,]{0,18}(?:未|没有|沒有|无)(?:提升|改善|下降|提高|改进)|改善(?:なし|されず|しない|されない)|개선\s*(?:없음|되지))");
  static const Pattern of_the_rate(
      R"(\blernrate|\blr\b|\btaux d'apprentissage|\btasa de aprendizaje|学习率|学習率|학습률|скорост)");
  return failures.matches(lowered) && !of_the_rate.matches(lowered);
}

/// "Abbruch, wenn …", "arrêt si …", "当损失低于0.1时停止".
bool ends_on_a_condition(std::string_view lowered) {
  static const Pattern condition(
      R"(\b(?:abbruch|abbrechen|abgebrochen|bricht|stoppe?[nt]?|anhalten|endet|beendet)[, ]+(?:[\w-]+,? ){0,4}?(?:wenn|sobald|falls|bei (?:\w+ )?[<>]|unter \d|unterhalb)|\btrainier\w*\b.{0,30}\bbis\b.{0,40}(?:konverg|\d ?%|verlust|loss|genauigkeit|accuracy)|\b(?:s'?arr(?:ê|e)te?\w*|arr(?:ê|e)te?r?|stoppe?r?)\b.{0,30}?\b(?:si|quand|lorsque?|dès que|sous|en dessous)\b|\b(?:parar|parada|para|pare|detener\w*|se detiene|interromper?|encerra\w*)\b.{0,30}?\b(?:si|se|cuando|quando)\b|\b(?:ferma\w*|fermarsi|arrest\w+|interromp\w+)\b.{0,30}?\b(?:se|quando|appena)\b|(?:останов|прекра|заверш).{0,60}(?:если|когда|как только)|(?:停止|终止|終止|終了)\s*条件|(?:直到|如果|当|一旦|低于|达到|超过|小于|大于).{0,60}(?:停止|终止|结束|收敛)|收敛(?:条件|阈值|容差)|(?:以下|以上|未満|超え).{0,24}(?:停止|終了)|(?:종료|중단|정지)\s*조건)");
  return condition.matches(lowered);
}

/// "Ziel: 90 %", "目标准确率 0.9", and not "Ziel: 10 Epochen".
bool names_a_goal(std::string_view lowered) {
  static const Pattern goal(
      R"((?:\bziel(?:wert|genauigkeit|verlust)?|\bobjectif|\bobjetivo|\bobiettivo|целев\S+ \S+|цель|目标(?:准确率|精度|损失|值|分数)?|目標(?:精度|損失|値)?|목표\s*(?:정확도|손실|값)?)\s*(?::|：|=|\(|（)?\s*(?:[<>]=?|≤|≥)?\s*\d+(?:[.,]\d+)?)");
  static const Pattern count(
      R"((?i)^\s*(?:epoch|epoca|époque|эпох|轮|エポック|에포크|schritt|étape|pas|шаг|步|ステップ))");
  const auto match = goal.find(lowered);
  return match && !count.matches(match->after());
}

bool limits_the_time_abroad(std::string_view lowered) {
  static const Pattern limit(
      R"((?:\bzeit(?:limit|budget|grenze|vorgabe)|\b(?:max\.|maximale) (?:laufzeit|trainingszeit|rechenzeit|zeit|dauer)|\b(?:limite|budget) de temps|\b(?:temps|durée) (?:limite|max\w*|imparti)|\bl(?:í|i)mite de ti?empo|\bti?empo (?:l(?:í|i)mite|m(?:á|a)xim\w*|massimo)|\blimite di tempo|(?:лимит|ограничение|предел)\S* (?:по )?времени|(?:时间|時間)(?:限制|预算|上限|制限)|最(?:大|长)(?:训练)?(?:时间|时长)|制限時間|시간\s*제한|제한\s*시간|최대\s*(?:학습\s*)?시간)[^\d|;]{0,12}\d)");
  return limit.matches(lowered);
}

}  // namespace

std::optional<StopRule> find_foreign_stop_rule(std::string_view lowered) {
  if (auto patience = find_patience(lowered)) return patience;
  if (names_early_stopping(lowered) || counts_failures(lowered) || ends_on_a_condition(lowered) ||
      names_a_goal(lowered) || limits_the_time_abroad(lowered))
    return StopRule{};
  return std::nullopt;
}

}  // namespace joulecast::progress
