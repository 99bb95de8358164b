#include "progress/lines/stop_rule.hpp"

#include <string>

#include "progress/lines/foreign_stop_rule.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/stop_bound.hpp"
#include "progress/lines/time_limit.hpp"

namespace joulecast::progress {
namespace {

/// What a training is judged by: "val_acc", "the mean reward", "error <".
const std::string measure =
    R"((?:(?:\b|_)(?:loss(?:es)?|acc|accurac(?:y|ies)|scores?|f1|auc|m?ap|m?iou|dice|bleu|rouge|wer|cer|ppl|perplexity|metrics?|rewards?|returns?|dev|val(?:id(?:ation)?)?|mse|mae|rmse|nll|elbo|psnr|fid|grad(?:ient)?[ _]?norm|delta|tol(?:erance)?|objective|cost|likelihood|budget|target|goal|improv\w*|plateau\w*|converge\w*|stagnat\w*|better)(?:\b|_)|\berror(?: rate)? ?(?:<|is|falls|drops|goes|below|under)))";
/// Who does not get better.
const std::string not_improving =
    R"((?:(?:\b(?:no|not|never|without)|_no|n't)[ _-](?:been |get(?:ting)? |got(?:ten)? |any )?(?:improv\w*|better|progress|gain\w*|increas\w*|decreas\w*|fall\w*|rise\w*|risen|drop\w*|chang\w*)))";

bool is_of_the_learning_rate(const Match& match) {
  static const Pattern before(
      R"((?:\blr|learning[ _-]rate|sched(?:uler)?|reduce\w*|warm-?up)[\s_:|.(\[-]*$)");
  const auto name = match.text(std::size_t{0});
  return before.matches(match.before()) || name.starts_with("lr_") || name.starts_with("sched");
}

bool speaks_of_the_learning_rate(std::string_view lowered) {
  static const Pattern words(
      R"(reducelr|cooldown|(?:reduc|decay|lower|drop|halv|divid)\w* (?:the )?(?:lr|learning)|\b(?:lr|learning[ _-]rate) (?:reduc|decay|halv|drop|is |will be ))");
  return words.matches(lowered);
}

/// "no new best for 5 evals", "5 epochs without a new minimum", "tries remaining: 5".
bool counts_down(std::string_view lowered) {
  static const Pattern without(
      R"(\b\d+ (?:epochs?|rounds?|eval\w*|checks?|validations?|iter\w*|times) (?:without|with no|since) (?:an? |any |the )?(?:new |last )?(?:best|record|minimum|maximum|progress|gain|improvement)\b)");
  static const Pattern no_best(
      R"(\bno (?:new )?(?:best|record|minimum|maximum)\b(?: \w+){0,2} (?:for|since|in) (?:the last )?\d)");
  static const Pattern left(R"(\b(?:tries|chances|lives) (?:left|remaining)\b['"]?[ :=(]{1,3}\d)");
  return without.matches(lowered) || no_best.matches(lowered) || left.matches(lowered);
}

/// "counter=2/5", "num_bad_epochs 2 (max 5)", "epochs since best: 2", "not improving for 5 epochs".
std::optional<StopRule> find_counter(std::string_view lowered) {
  static const Pattern of_a_limit(
      R"(\b(?:\w+_)?(?:counter|trigger(?: times?)?|strikes?|wait(?:ing|ed)?|waiting for improvement|es|pat|bad|stale|plateau|tol|no gain|no[ _-]?best|not[ _-]best|fail(?:s|ures?)?|misses|flat|stall(?:s|ed)?|stagnat\w*|no[ _-]?improve\w*)['"]?[ :=(\[]{1,3}(?:for )?\d+ ?(?:/|(?:out )?of\b) ?(?P<limit>\d+)\b(?P<unit> epochs?)?)");
  static const Pattern of_epochs(
      R"(\b(?:\w+_)?(?:bad[_ ]epochs?|epochs?[_ ](?:since[_ ](?:best|improvement|last[_ ](?:best|improvement))|(?:without|w/o)[_ ](?:improve\w*|progress))|stale|stagnat\w*|trigger times|no[_-]improve\w*)['"]?[ :=(\[]{1,3}\d+\b(?: ?(?:\((?:max\.?|limit|of)|/|(?:out )?of\b) ?(?P<limit>\d+))?)");
  static const Pattern in_words(
      (not_improving +
       R"((?: \w+){0,2} ?(?:[ :=(\[]\d+ ?(?:/|(?:out )?of\b) ?\d+|(?:for|since|in|within|over|during)(?: the)?(?: last| past)? (?:(?P<limit>\d+) (?P<unit>epochs?)|\d+ (?:\w+ )?(?:rounds?|steps?|iter\w*|eval\w*|checks?|validation\w*|times)|epoch \d)))")
          .c_str());
  if (speaks_of_the_learning_rate(lowered)) return std::nullopt;
  for (const auto* pattern : {&of_epochs, &of_a_limit, &in_words}) {
    const auto match = pattern->find(lowered);
    if (!match || is_of_the_learning_rate(*match)) continue;
    const bool counts_epochs = match->text(std::size_t{0}).find("epoch") != std::string_view::npos;
    // "for 2 epochs (limit 5)" counts, "stop if … not better for 5 epochs" is the rule.
    const bool is_count =
        match->text("unit") == "epochs" && match->after().find('(') != std::string_view::npos;
    return StopRule{counts_epochs && !is_count ? match->number("limit") : std::nullopt};
  }
  return std::nullopt;
}

/// "stop when …", "train until …", "Stopping criterion: …", "give up after 5".
bool tells_an_end(std::string_view lowered) {
  static const std::string ends =
      R"(\b(?:stop(?:s|ping)?|halt(?:s|ing)?|quit(?:s|ting)?|finish(?:es)?|ends?|terminat(?:es?|ing)|abort(?:s|ing)?|exits?|breaks?|cease[sd]?|converge[sd]?|(?:considered )?solved|success)\b)";
  static const Pattern on_a_condition(
      (ends + R"((?: [\w-]+){0,4}? (?:when|whenever|once|if|as soon as|unless)\b(?P<what>.{0,20}\b.{0,60}?)" +
       measure + ")")
          .c_str());
  static const Pattern at_a_measure(
      (ends +
       R"((?: [\w-]+){0,3}? (?:at|below|above|on) (?:(?:the|a|an|mean|avg|average|best|train(?:ing)?|test|val(?:idation)?) ){0,3}\w*?)" +
       measure + R"([^a-z]{0,8}\d)")
          .c_str());
  static const Pattern after_failures(
      (ends +
       R"((?: [\w-]+){0,3}? after \d+ (?:\w+ )?(?:bad\b|stale\b|non-improving|(?:\w+ )?(?:of |with )?)" +
       not_improving + ")")
          .c_str());
  static const Pattern gives_up(R"(\bgiv(?:e|es|ing) up after \d+\b)");
  static const Pattern tries(R"(^ ?(?:re-?)?(?:tr(?:y|ies)\b|attempts?|connect\w*|s\b|sec|min))");
  static const Pattern until(
      (R"(\b(?:train\w*|runs?|running|iterat\w+|fit\w*|optimi[sz]\w*|continu\w*|repeat\w*|go(?:es)? on|loops?)\b[^|;]{0,40}?\b(?:until|till|unless)\b[^|;]{0,60}?)" +
       measure)
          .c_str());
  static const Pattern named(
      R"(\b(?:stop(?:ping)?|terminat(?:ion|ing)|convergence|exit|abort)[ _-](?:criteri(?:on|a)|rules?|conditions?)['"]?(?: is)?\s*[:=]?\s*['"]?(?P<what>[\w-]+))");
  static const Pattern none(
      R"(^(?:none|null|false|off|no|disabled|max\w*|num\w*|n_\w+|total\w*|epochs?|steps?|[\d.-]+)$)");
  static const Pattern fault(
      R"(\bnan\b|\binf\b|infinite|not finite|diverg|explod|ctrl|signal|interrupt|\bkey\b)");
  static const Pattern whichever(R"(\bwhichever (?:comes|is|happens|occurs)\b)");
  if (fault.matches(lowered)) return false;
  if (whichever.matches(lowered) || on_a_condition.matches(lowered) || at_a_measure.matches(lowered) ||
      after_failures.matches(lowered) || until.matches(lowered))
    return true;
  if (const auto match = gives_up.find(lowered); match && !tries.matches(match->after())) return true;
  const auto match = named.find(lowered);
  return match && !none.matches(match->text("what"));
}

/// "target accuracy: 0.9", "target: val_acc >= 0.9", "stop_loss=0.05", "n_iter_no_change=10".
bool sets_a_target(std::string_view lowered) {
  static const Pattern target(
      R"(\b(?:stop(?:ping)?|target|goal|desired|halt|finish)[_ :=-]{1,3}(?:(?:at|when|on|if|once)[_ -])?(?:(?:val(?:id(?:ation)?)?|dev|train(?:ing)?|test|mean|avg|average|best|min|max)[_ -]){0,2}(?:acc\w*|loss|metric|score|f1|auc|map|miou|reward|return|ppl|perplexity|error|val\w*)\b[^\w\n-]{0,8}\d)");
  static const Pattern setting(
      R"(\b(?:n_iter_no_change|od_wait|max_no_improve\w*|no_improve\w*_(?:limit|epochs|rounds)|min_delta)['"]?\s?[:=]\s?['"]?[\d.])");
  static const Pattern callback(
      R"(\b(?:stop|terminate|halt)(?:train\w*)?(?:at|on|when)(?:target|acc\w*|loss|metric|plateau|val\w*|threshold|goal|score|reward\w*)\b)");
  static const Pattern search(
      R"(\b(?:median|percentile|hyperband|successivehalving|threshold|patient|wilcoxon)pruner\b|\basha\b|\bashascheduler\b|asynchyperband|\b(?:may|might|can|could) (?:stop|end|finish|terminate|be (?:stopped|ended|pruned|terminated))\b.{0,40}\bearly\b)");
  // Of a domain adaptation: "source acc 0.9 target acc 0.5".
  const bool of_domains = lowered.find("source") != std::string_view::npos;
  return (!of_domains && target.matches(lowered)) || setting.matches(lowered) || callback.matches(lowered) ||
         search.matches(lowered);
}

/// "up to 60 epochs", "at most 100 iterations", "epochs: at most 60". max_epochs is but the name of a total.
bool gives_a_bound(std::string_view lowered) {
  static const Pattern bound(
      R"(\b(?:at most|up to|no more than|not more than|max\.?|(?:a )?maximum(?: of)?|cap|capped at|limited to) \d+ (?:training )?epochs\b|\bepochs?\s?[:=]?\s?\(?(?:at most|up to|<=)\s?\d)");
  static const Pattern of_other_work(
      R"(\b(?:train\w*|runs?|running|fit\w*|optimi[sz]\w*|iterat\w*)\b[^|;\d]{0,40}\b(?:at most|up to|no more than|not more than|max\.?|(?:a )?maximum(?: of)?) \d[\d,]*k? (?:training )?(?:steps|iterations|rounds|updates|generations|episodes)\b)");
  static const Pattern of_something_else(
      R"(\b(?:warm-?up|resum\w*|patience|every|frozen|freeze|swa|ema|eval\w*|valid\w*|sanity|generat\w+ up)\b)");
  return (bound.matches(lowered) || of_other_work.matches(lowered)) && !of_something_else.matches(lowered);
}

/// Whether a line may have any of the words that are looked for: most lines have none of them.
bool may_tell_a_rule(std::string_view lowered) {
  static const Pattern clues(
      R"(stop|halt|quit|finish|end|terminat|abort|exit|break|cease|kill|shut|converge|solved|success|giv|until|till|unless|while|which|time|wall|max|budget|limit|used|elapsed|spent|target|goal|aim|reach|train\w* to|need|want|requir|desired|thr|counter|trigger|strike|wait|\bes\b|\bpat\b|bad|stale|stall|stagnat|fail|misses|flat|plateau|[fgx]?tol|conv|gain|improv|best|no[t]?[ _-]|n't |since|without|od_|delta|prun|asha|early|deadline|will be|to be|anneal|at most|up to|cap|left|remain|lease|alloc|reserv|credit|quota|\$|€|or \d)");
  return clues.matches(lowered);
}

/// The letters beyond ASCII, and not the blocks that bars are drawn with; or a word without such letters.
bool may_be_foreign(std::string_view lowered) {
  static const Pattern clues(
      R"([\xc3\xd0\xd1\xe3-\xed]|geduld|pac?ien|pazien|vorzeitig|abbr|abgebr|bricht|stopp|anhalt|ende|beend|trainier|ziel|zeit|verbesser|arr[eê]t|parad|parar|pare|para |detener|detien|interr?omp|encerra|ferma|arrest|obje[ct]|obiettivo|limite|temps|tempo|tiempo|mejora|melhora|miglior)");
  return clues.matches(lowered);
}

}  // namespace

std::optional<StopRule> find_stop_rule(std::string_view lowered) {
  if (may_tell_a_rule(lowered)) {
    if (const auto counter = find_counter(lowered)) return counter;
    if (counts_down(lowered) || tells_an_end(lowered) || sets_a_target(lowered) || bounds_a_figure(lowered) ||
        limits_the_time(lowered) || gives_a_bound(lowered))
      return StopRule{};
  }
  return may_be_foreign(lowered) ? find_foreign_stop_rule(lowered) : std::nullopt;
}

}  // namespace joulecast::progress
