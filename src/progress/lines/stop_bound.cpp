#include "progress/lines/stop_bound.hpp"

#include <string>

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// "90", "< 1e-6", ">= 0.9".
const std::string bound = R"((?:(?:[<>]=?|≤|≥|==?) ?)?[-+]?\.?\d)";

/// Figures of what the training does, which have targets and thresholds of their own.
bool speaks_of_data(std::string_view lowered) {
  static const Pattern words(
      R"(\bpred\w*\b|\blabels?\b|\boutputs?\b|\binputs?\b|\bground[ _-]truth\b|\bsource\b|\btoken\w*\b|\bclass(?:es)?\b|\bentropy\b|\bnetworks?\b|\bonline\b)");
  return words.matches(lowered);
}

/// A number of epochs or steps is a total, and other units are no result's.
bool counts_something(std::string_view after) {
  static const Pattern unit(
      R"(^[\d.,e+-]*\s?(?:epochs?|steps?|iter\w*|updates?|batch\w*|rounds?|episodes?|tokens?|px|pixels?|words?|samples?|images?|layers?|workers?|gpus?|hz|fps|[kmgt]i?b|w|watts?)\b)");
  return unit.matches(after);
}

bool finds_a_bound(const Pattern& pattern, std::string_view text) {
  for (auto match = pattern.find(text); match; match = pattern.find(text)) {
    if (!counts_something(match->after())) return true;
    text = match->after();
  }
  return false;
}

/// "training stops below 1e-06", "(stop at lr < 1e-6)", "(converged when < 1e-3)", "stopping at 10".
bool ends_at_a_bound(std::string_view lowered) {
  static const Pattern passes(
      R"(\b(?:stop(?:s|ping)?|halt(?:s|ing)?|quit(?:s|ting)?|ends|finishes|terminat(?:es?|ing)|abort(?:s|ing)?|exits|breaks|cease[sd]?|converge[sd]?|(?:considered )?solved)\b[^|;]{0,60}?(?:\b(?:below|above|beneath|under|exceed\w*|reach(?:es|ed|ing)?|hits?|(?:falls?|drops?|rises?) to|(?:less|greater|more|smaller|larger|lower|higher) than|at least)\b|(?:[<>]=?|≤|≥))\s*[-+]?\.?\d)");
  static const Pattern at(
      R"(\b(?:stop(?:s|ping)?|halt(?:s|ing)?|quit(?:s|ting)?|terminat(?:es?|ing)) (?:at|on) (?:\d+(?:\.\d+)?)\s?(?:%|[)\].,;|]|$))");
  static const Pattern until(
      R"(\b(?:train\w*|runs?|running|iterat\w+|fit\w*|optimi[sz]\w*|continu\w*|repeat\w*|loops?)\b[^|;]{0,40}?\b(?:until|till|unless)\b[^|;]{0,60}?(?:\b(?:below|above|under|exceed\w*|reach\w*|falls?|drops?)\b[^|;\d]{0,12}|(?:[<>]=?|≤|≥)\s*)[-+]?\.?\d)");
  static const Pattern of_text(
      R"(\bstop[ _-]?(?:words?|tokens?|sequences?|strings?|grad\w*|codons?|ids?)\b|profil)");
  if (of_text.matches(lowered)) return false;
  return finds_a_bound(passes, lowered) || at.matches(lowered) || finds_a_bound(until, lowered);
}

/// "(goal: 90 %)", "[target 0.9]", "goal = 0.9", "acc=0.84 target=0.9", "need 0.9".
bool names_a_goal(std::string_view lowered) {
  static const Pattern in_brackets(
      (R"([(\[{] ?(?:the |our )?(?:goal|target|aim|wanted|want|need(?:s|ed)?|require[sd]?|desired|solved|stop(?:s|ping)?|until)(?: (?:at|is|of|when|if|value))?\s*[:=]?\s*)" +
       bound)
          .c_str());
  static const Pattern goal((R"(\bgoal(?: (?:is|of)|['"]?\s*[:=])?\s*)" + bound).c_str());
  static const Pattern after_a_measure(
      (R"(\b(?:\w*(?:loss|acc|accuracy|error|ppl|perplexity)|(?:\w+_)?(?:scores?|f1|auc|m?ap|m?iou|dice|bleu|wer|cer|rewards?|returns?|mse|mae|rmse|nll|psnr|fid))\b[^a-z]{1,24}target['"]?(?: is)?\s*[:=]?\s*)" +
       bound)
          .c_str());
  static const Pattern aims(
      R"(\b(?:aim(?:s|ing)? (?:for|at)|to reach|train(?:s|ing)? to) (?:an? )?(?:[a-z]\w* ){0,3}(?:of )?(?:(?:[<>]=?|≤|≥) ?)?\d+(?:\.\d+)?\s?(?:%|acc\w*\b|f1\b|auc\b|m?ap\b|loss\b))");
  if (aims.matches(lowered)) return true;
  if (speaks_of_data(lowered)) return false;
  return finds_a_bound(in_brackets, lowered) || finds_a_bound(goal, lowered) ||
         finds_a_bound(after_a_measure, lowered);
}

/// "loss_threshold: 0.05", "convergence threshold 1e-4", "stop_min_lr=1e-9". Without such a name it may be a
/// decision's or a scheduler's.
bool sets_a_threshold(std::string_view lowered) {
  static const Pattern threshold(
      R"(\b(?:stop\w*|conv(?:erge(?:nce)?)?|loss|acc(?:uracy)?|rewards?|return|success|target|goal|solved?|early|exit|termination)[ _-](?:\w+[ _-])?(?:threshold|thresh|thr|limit|bound)['"]?(?: is| of)?\s*[:=]?\s*['"]?(?:(?:[<>]=?|≤|≥) ?)?[-+]?\.?\d)");
  static const Pattern rate(R"(\bstop[_-]min[_-]lr['"]?\s*[:=]\s*['"]?(?:[1-9]|0?\.0*[1-9]))");
  // Flair's plateau ends the training when the rate has been lowered this far.
  static const Pattern plateau(R"(\banneal\w*\b.*\bmin_learning_rate['"]?\s*[:=]\s*['"]?\d)");
  return threshold.matches(lowered) || rate.matches(lowered) || plateau.matches(lowered);
}

/// "change=6.9e-03 (tol=1e-4)", "max_iter=200, tol=1e-4", "converged: False".
bool may_converge(std::string_view lowered) {
  static const Pattern converged(
      R"(\bconverged?['"]?\s*[:=]\s*['"]?(?:false|no|0|f)\b|\bnot (?:yet )?converged\b)");
  static const Pattern tolerance(
      R"(\b(?:[fgx]?tol(?:erance)?|conv(?:ergence)?(?:[_ ](?:tol(?:erance)?|eps\w*))?)['"]?(?: is| of)?[ :=<(]{1,3}[-+]?\.?\d)");
  static const Pattern counted(
      R"(\b(?:(?:max|n|num)_)?(?:iter(?:ation)?s?|it|sweeps?)['"]?[^a-z\d]{0,4}\d|\b(?:change|delta|diff(?:erence)?|residual|gap|improvement)\b|[(\[]tol)");
  return converged.matches(lowered) || (tolerance.matches(lowered) && counted.matches(lowered));
}

/// "while loss > 0.1", "training continues while the accuracy is below 0.9".
bool goes_on_while(std::string_view lowered) {
  static const Pattern condition(
      R"(\bwhile\b[^|;\d]{0,40}\b\w*(?:loss|acc\w*|error|scores?|f1|auc|ppl|perplexity|reward|return|lr|delta|change|improv\w*)\b(?:[^|;\d]{0,12}(?:[<>]|≤|≥|below|above|under|over)[^|;\d]{0,4}\d|\s*(?:improv|decreas|increas|fall|ris|drop|chang)\w*))");
  return condition.matches(lowered);
}

}  // namespace

bool bounds_a_figure(std::string_view lowered) {
  return ends_at_a_bound(lowered) || names_a_goal(lowered) || sets_a_threshold(lowered) ||
         may_converge(lowered) || goes_on_while(lowered);
}

}  // namespace joulecast::progress
