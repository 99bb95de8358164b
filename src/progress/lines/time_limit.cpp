#include "progress/lines/time_limit.hpp"

#include <string>

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

const std::string time_unit = R"((?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b)";
const std::string amount = R"(\d+(?:[.:]\d+)*)";
/// What is spent beside time: "GPU-hours", "kWh", "dollars".
const std::string costs =
    R"((?:[ -]?(?:gpu|cpu|tpu|node|core|device|wall)[ -]?)" + time_unit +
    R"(|[ -]?gpuh\b| ?[kmg]?wh\b| ?[kmg]?j(?:oules?)?\b| ?[kmgtpe]?flops?\b| ?(?:usd|eur|dollars|euros?|credits)\b| ?(?:\$|€)))";

bool is_of_something_else(std::string_view lowered) {
  static const Pattern words(
      R"(slurm|sbatch|\bjobs?(?: id)?[ :=#]*\d|partition|\bqueue|nccl|http|download|request|socket|server|heartbeat|profil|\bretr(?:y|ies)\b|rate[ _-]limit|\btakes?\b|per (?:trial|episode|step|batch)|\b(?:param\w*|token|memory|label\w*|annotation|query|latency|inference)[ _-]budget)");
  return words.matches(lowered);
}

/// "time limit: 8 s", "max_train_seconds: 8", "timeout: 8 s", "budget: 0.5 kWh".
bool is_set(std::string_view lowered) {
  static const Pattern limit(
      R"(\b(?:time|wall[ -]?(?:clock|time)|walltime|runtime)[ _-](?:time )?(?:budget|limit|allowance|cap|quota)(?:_\w+| \(\w+\))?['"]?(?: is| of|:|=)?\s*[:=]?\s*['"]?\d)");
  static const Pattern setting(
      R"(\bmax(?:imum)?[_ ](?:(?:train(?:ing)?|run|wall(?:[_ ]?clock)?)[_ ]?)?(?:time|seconds|secs|minutes|mins|hours|runtime)(?:_(?:s|secs?|seconds|m|mins?|minutes|h|hours))?['"]?\s*[:=]\s*['"]?\d)");
  static const Pattern timeout(
      (R"(^\W*(?:train(?:ing)? |run )?time-?out['"]?\s*[:=]\s*)" + amount + " ?" + time_unit).c_str());
  static const Pattern budget(
      (R"(\bbudget\b['"]?(?:\s*(?:[:=]|of|is|used|left|remaining|spent|consumed))*\s*(?:\$|€)?\s*)" + amount +
       "(?: ?" + time_unit + "|" + costs + "| ?%)")
          .c_str());
  static const Pattern in_money(R"(\bbudget\b['"]?(?:\s*(?:[:=]|of|is|used|spent))*\s*(?:\$|€)\s*\d)");
  static const Pattern before_budget(("(?:" + amount + "[ -]?" + time_unit + "|" + amount + costs +
                                      R"(|(?:\$|€)\s*\d[\d.,]*)\s(?:\w+ )?budget\b)")
                                         .c_str());
  static const Pattern limited(
      (R"(\blimit(?:ed)?(?: to| of| is)?['"]?[ :=(]{1,3})" + amount + "(?: ?" + time_unit + "|" + costs + ")")
          .c_str());
  for (const auto* pattern : {&limit, &setting, &timeout, &budget, &in_money, &before_budget, &limited})
    if (pattern->matches(lowered)) return true;
  return false;
}

/// "for up to 60 epochs or 1 hour", "will stop after 30 min", "will be reclaimed in 30 min", "deadline in 2
/// h".
bool ends_by_the_clock(std::string_view lowered) {
  static const Pattern bound(
      (R"(\b(?:train\w*|runs?|running|fit\w*)\b.{0,40}\b(?:at most|up to|no more than|not longer than|a maximum of|max\.?) )" +
       amount + " ?" + time_unit)
          .c_str());
  static const Pattern or_time((R"(\bepochs? or )" + amount + " ?" + time_unit).c_str());
  static const Pattern stops(
      (R"(\b(?:stop(?:s|ping)?|halt(?:s|ing)?|quit(?:s|ting)?|terminat(?:es?|ing)|abort(?:s|ing)?|exit(?:s|ing)?|kill(?:s|ing)?|shut(?:s|ting)? ?down)\b[^|;\d]{0,30}\b(?:after|in|within|once)\b[^|;\d]{0,20})" +
       amount + " ?" + time_unit)
          .c_str());
  static const Pattern stops_at(
      R"(\b(?:stop(?:s|ping)?|halt(?:s|ing)?|quit(?:s|ting)?|terminat(?:es?|ing)|kill(?:s|ing)?|shut(?:s|ting)? ?down)\b[^|;\d]{0,20}\b(?:at|by|before) \d{1,2}:\d\d)");
  static const Pattern is_ended(
      R"(\b(?:will be|to be|gets|is going to be) (?:reclaimed|pre-?empted|killed|terminated|stopped|evicted|shut down|interrupted|cancell?ed|cut off)\b[^|;\d]{0,20}\b(?:in|after|at|within|by|before) ?~?\d)");
  static const Pattern deadline(R"(\bdeadline\b['"]?(?:[ _](?:in|at|is|of))?[^\w|;]{0,4}\d)");
  static const Pattern until(
      R"(\b(?:train\w*|runs?|running|continu\w*|loops?)\b[^|;\d]{0,40}\b(?:(?:until|till) (?:\w+ )?\d{1,2}:\d\d\b|for (?:\w+ )?\d+(?:[.:]\d+)* ?(?:s|sec\w*|min|mins|minutes|h|hrs?|hours?|days?)\b))");
  for (const auto* pattern : {&bound, &or_time, &stops, &stops_at, &is_ended, &deadline, &until})
    if (pattern->matches(lowered)) return true;
  return false;
}

/// "SLURM time left 0-00:00:05", "allocation ends in 5.5 s", "credits left: 290", "40 s left before
/// preemption". Without such a word what is left is an estimate.
bool is_lent(std::string_view lowered) {
  static const Pattern left(
      R"(\b(?:slurm|allocation|reservation|walltime|wall[ -]?clock|lease|spot instance|instance|credits?|quota)\b[^|;\d]{0,20}\b(?:left|remain(?:s|ing)?|ends?|expires?|limit|runs out)\b[^|;\d]{0,12}\d)");
  static const Pattern before_an_end(
      R"(\b(?:left|remain(?:s|ing)?)\b (?:before|until|till) (?:the )?(?:pre-?emption|job|allocation|reservation|instance|node|kill|shut-?down|time-?out|time limit|walltime)\b)");
  static const Pattern share(R"(\bquota\b[^|;\d]{0,12}\d+(?:\.\d+)? ?%)");
  return left.matches(lowered) || before_an_end.matches(lowered) || share.matches(lowered);
}

/// "cost so far $1.50 of $2.00", "FLOPs spent 3.1e17 of 1e18".
bool is_being_spent(std::string_view lowered) {
  static const Pattern money(R"((?:\$|€) ?\d[\d.,]* ?(?:/|of) ?(?:the )?(?:\$|€) ?\d)");
  static const Pattern named(
      R"(\b(?:flops?|credits?|money|compute)\b[^|;\d]{0,12}\b(?:used|spent|consumed)\b[ :=]{1,3}\d[\d.e+]* ?(?:/|of) ?\d)");
  return money.matches(lowered) || named.matches(lowered);
}

/// "used 3.2/8.0 s", "elapsed 3 s of 30 s". What is estimated is no limit.
bool is_being_used_up(std::string_view lowered) {
  static const Pattern used(
      (R"(\bused[ :=]{1,3})" + amount + R"( ?s? ?(?:/|of) ?)" + amount + " ?" + time_unit).c_str());
  static const Pattern elapsed((R"(\b(?:elapsed|spent|consumed|time)[ :=]{1,3})" + amount +
                                " ?(?:" + time_unit + ")? ?of " + amount + " ?" + time_unit)
                                   .c_str());
  static const Pattern estimated(R"(\best(?:\.|imated)|\beta\b|~)");
  return used.matches(lowered) || (elapsed.matches(lowered) && !estimated.matches(lowered));
}

}  // namespace

bool limits_the_time(std::string_view lowered) {
  if (is_lent(lowered) || is_being_spent(lowered)) return true;
  if (is_of_something_else(lowered)) return false;
  return is_set(lowered) || ends_by_the_clock(lowered) || is_being_used_up(lowered);
}

}  // namespace joulecast::progress
