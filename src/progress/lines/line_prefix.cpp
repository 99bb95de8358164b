#include "progress/lines/line_prefix.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// torchrun, srun --label, mpirun, Ray, Accelerate, and what programs write themselves.
const Pattern& launcher() {
  static const Pattern pattern(
      R"((?i)^\s*(?:)"
      R"(\[(?:rank|default|trainer|worker|gpu|proc|process|local_rank)[ :=]?_?(\d+)\][: ]?)"  // [rank0]:
                                                                                              // [GPU1]
      R"(|(?:rank|local_rank|gpu|process|worker)[ :=#]?(\d+) ?(?::|\||\]|>| - ))"  // rank 0: gpu 1 |
      R"(|(\d{1,4}): )"                                                            // srun -l
      R"(|\[(\d{3,5}:\d+)\]:\s*)"                                                  // the node and its process
      R"(|\[(\d+(?:,\d+)?)\]<(?:stdout|stderr)>:?)"                                // mpirun
      R"(|\((?:\w+ )?(?:pid|rank)=(\d+)[^()]{0,60}\))"                             // Ray
      R"(|\(?rank[ =](\d+)(?:/\d+)?[,)]? )"                                        // rank 0 step 50
      R"()\s*)");
  return pattern;
}

const Pattern& stamp() {
  static const Pattern pattern(
      R"(^\s*[\[(<]?(?:)"
      R"((?:[TDIWEC] )?\d{4}[-/]\d\d[-/]\d\d[T ,]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d|UTC|[AP]M))?)"
      R"(|\d\d[-/.]\d\d(?:[-/.]\d\d(?:\d\d)?)?,? (?:- )?\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?[AP]M,?)?)"
      R"(|[IWEFD]\d{4} \d\d:\d\d:\d\d(?:\.\d+)? +\d+ [\w.]+:\d+)"  // absl, glog
      R"(|[IWEFD]\d{8} \d\d:\d\d:\d\d +\d+ [\w.-]+ [\w.]+:\d+)"    // DINOv2: with the year and a name
      R"(|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2},? (?:\d{4} )?\d\d:\d\d(?::\d\d)?)"
      R"(|\d\d?:\d\d:\d\d(?:[.,]\d+|-\d{6})?)"
      R"(|\d\d:\d\d)"
      R"()(?:[\])>](?:\s*[-|:>]+\s|:)?|\s*[-|:>]+\s|:|\s|$)\s*)");
  return pattern;
}

const Pattern& level() {
  static const Pattern pattern(
      R"(^\s*[\[(<]?(?:train\w* - )?(?:TRACE|DEBUG|INFO|NOTICE|NOTE|SUCCESS|WARNING|WARN|ERROR|CRITICAL|info|debug|warning)[\])>]?(?::\w[\w.]*:|\s*[-|:>]+\s|:|\s)\s*)");
  return pattern;
}

/// The name of a logger, module or file, only after a time or a level: " - mmdet - ", "| train_inner | ",
/// "root: ", "[train.py:12] ", "pkg.module:run:34 - ".
const Pattern& logger() {
  static const Pattern pattern(
      R"(^\s*(?:)"
      R"([\[(<][A-Za-z_][\w./ -]*(?::\d+(?::\w+)?)?(?:, \w+=\d+)?[\])>]:?\s*(?:[-|:]+\s+)?)"
      R"(|[A-Za-z_][\w.-]*\](?:\([\w./]+ \d+\))?:\s+)"
      R"(|[\w./-]+\.py:\d+\]\s+)"        // vLLM
      R"(|[\w.-]+ [\w./-]+\[\d+\]:\s+)"  // the journal: the machine, the program
      R"(|([A-Za-z_][\w./]*)(?::[\w<>]+)?(?::\d+)?(?:\s+[-|]+\s+|:\s+))"
      R"(|[-|:>]+\s+)"
      R"())");
  return pattern;
}

/// A container's or a pod's name, which a collector of logs puts behind the time: "worker-0",
/// "trainer-7d9f-x2x".
const Pattern& machine() {
  static const Pattern pattern(
      R"(^\s*(?:worker|trainer|node|master|chief|launcher|host|job|pod|ps|train(?:ing)?)(?:-[a-z0-9]+)*-[a-z0-9]*\d[a-z0-9]*\s+(?:[|:>-]\s+)?)");
  return pattern;
}

/// docker compose puts the service's name before each line: "trainer-1  | ".
const Pattern& container() {
  static const Pattern pattern(R"(^\s*(?P<name>[A-Za-z][\w.-]*)[-_]\d+ +\| )");
  return pattern;
}

/// "[12.3s] ": since the start.
const Pattern& elapsed() {
  static const Pattern pattern(R"(^\s*\[\s*\d+(?:\.\d+)?\s?s(?:ec)?\]\s+)");
  return pattern;
}

/// icefall: "[train.py:908] (1/4) Epoch 1, batch 50".
const Pattern& rank_behind_file() {
  static const Pattern pattern(R"(^\((\d{1,4})/\d{1,4}\)\s+)");
  return pattern;
}

/// "[transformers] " and "[INFO|trainer.py:123] 2024-… >> " stand before anything else.
const Pattern& library() {
  static const Pattern pattern(
      R"(^\s*(?:speechbrain(?:\.\w+)+ - |\[(?:transformers|datasets|accelerate|deepspeed|composer|titan|nemo|NeMo [IWE]|megatron|(?:INFO|WARNING)\|(?:[\w./]+:\d+|[A-Z]+=\d))[^\]]{0,60}\]:?\s*))");
  return pattern;
}

const Pattern& arrow() {
  static const Pattern pattern(R"(^\s*>>\s+)");
  return pattern;
}

/// Of "🚀 Epoch 3", "✅ [3/6]": the bytes of pictures and dingbats before the words.
std::size_t length_of_pictures(std::string_view text) {
  std::size_t length = 0;
  const auto byte = [&](std::size_t i) {
    return length + i < text.size() ? static_cast<unsigned char>(text[length + i]) : 0U;
  };
  while (true) {
    const bool dingbat = byte(0) == 0xE2 && ((byte(1) >= 0x98 && byte(1) <= 0x9E) || byte(1) == 0xAD);
    const bool variant = byte(0) == 0xEF && byte(1) == 0xB8 && byte(2) == 0x8F;
    if (byte(0) == 0xF0 && byte(1) == 0x9F)
      length += 4;
    else if (dingbat || variant)
      length += 3;
    else if (length > 0 && byte(0) == ' ')
      ++length;
    else
      return std::min(length, text.size());
  }
}

bool begins_with_one_of(std::string_view words, std::size_t length, std::string_view text) {
  return text.size() >= length && words.find(text.substr(0, length)) != std::string_view::npos;
}

/// What a text could begin with. Most lines have no prefix, and a pattern costs more than a look at their
/// first letters.
struct Possible {
  bool launcher = false, library = false, stamp = false, level = false, arrow = false;
};

Possible possible_in(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\f\r\n\v");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  const auto first = static_cast<unsigned char>(text[0]);
  const bool digit = std::isdigit(first) != 0;
  const bool bracket = first == '[' || first == '(' || first == '<';
  const bool glog = text.size() > 1 && std::isdigit(static_cast<unsigned char>(text[1])) != 0;
  Possible possible;
  possible.launcher =
      digit || bracket || std::string_view("rlgpw").find(static_cast<char>(std::tolower(first))) != text.npos;
  possible.library = first == '[' || text.starts_with("speechbrain.");
  possible.stamp = digit || bracket || glog ||
                   begins_with_one_of("MonTueWedThuFriSatSunJanFebMarAprMayJunJulAugSepOctNovDec", 3, text);
  possible.level =
      bracket ||
      begins_with_one_of("TRAC DEBU INFO NOTI NOTE SUCC WARN ERRO CRIT info debu warn trai", 4, text);
  possible.arrow = first == '>';
  return possible;
}

/// Names before a separator that are words of the message itself: "train | epoch 001", "Epoch: 3".
bool is_of_the_message(std::string_view name) {
  static const Pattern words(
      R"((?i)^(?:\s*[\[(<]\s*(?:train\w*|val\w*|eval\w*|test\w*|epochs?|ep|step|iter\w*|batch|fold|stage|phase|round|loss|acc\w*|cv)[\s\d:=#/\])>].*|train\w*|val\w*|eval\w*|test\w*|\w*epochs?|\w*steps?|iter\w*|\w*iters|\w*iterations|\w*loss|\w*acc\w*|batch\w*|fold\w*|stage\w*|round|it|eta|lr|run|trial|seed|split|cycle|level|tokens?|samples?|examples?|images?|frames?|episodes?|games?|rollouts?|gen(?:erations?)?|updates?|progress|percent|total)$)");
  return words.matches(name);
}

/// "train:main:87 - " is a place in a program, whatever it is called.
bool is_a_place(std::string_view logger) {
  static const Pattern place(R"(^\s*[\w./]+:[A-Za-z_<]\w*>?:\d+\s+[-|])");
  return place.matches(logger);
}

/// "step-10 | loss 0.5" is no container's line.
std::optional<Match> find_container(std::string_view text) {
  constexpr std::size_t longest = 64;
  static const Pattern words(
      R"((?i)^(?:epochs?|ep|e|it|iter\w*|steps?|batch|fold|stage|phase|round|seed|trial|run|loss|acc\w*|val\w*|test|eval\w*|lr|best|rank|gpu)$)");
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return std::nullopt;
  if (text.substr(0, longest).find(" | ") == std::string_view::npos) return std::nullopt;
  auto found = container().find(text);
  return found && !words.matches(found->text("name")) ? found : std::nullopt;
}

/// "100: 1.234567, 1.345678 avg loss": the number of a row of figures, not of a process.
bool numbers_figures(const Match& launcher) {
  static const Pattern figure(
      R"((?i)^(?:-?\d+\.\d|(?:train(?:ing)?[ _])?(?:loss|cost|error|acc(?:uracy)?)\b[ :=]*\d[^a-z]*$))");
  return !launcher.text(3).empty() && figure.matches(launcher.after());
}

/// "2024-05-01T10:00:00Z | total_timesteps | 2048 |": the bar is the row's, and not the prefix's. "iteration
/// 10/100 | lm loss: 2.5 |" is no row.
void keep_row_of_a_table(std::string_view text, Prefix& prefix) {
  static const Pattern first_cell(R"(^(?:\s*[A-Za-z_][A-Za-z_/ %-]*|\s*\d+\s*)\|)");
  const auto before = trim(text.substr(0, prefix.length));
  const auto message = text.substr(prefix.length);
  if (!before.ends_with('|') || !trim(message).ends_with('|') || !first_cell.matches(message)) return;
  prefix.length = text.substr(0, prefix.length).rfind('|');
}

}  // namespace

Prefix find_prefix(std::string_view text) {
  Prefix prefix;
  bool logged = false;
  int launchers = 0;
  const auto take = [&](const Match& match) { prefix.length = text.size() - match.after().size(); };
  for (int parts = 0; parts < 8; ++parts) {
    const auto rest = text.substr(prefix.length);
    const auto possible = possible_in(rest);
    if (const auto found = possible.launcher && launchers < 2 ? launcher().find(rest) : std::nullopt;
        found && !numbers_figures(*found) && (launchers == 0 || found->text(3).empty())) {
      if (!prefix.rank.empty()) prefix.rank += '/';
      for (std::size_t group = 1; group <= 7; ++group) prefix.rank += found->text(group);
      ++launchers;
      take(*found);
      continue;
    }
    if (const auto found = parts == 0 ? find_container(rest) : std::nullopt) {
      take(*found);
      continue;
    }
    if (const auto found = possible.launcher && rest[0] == '[' ? elapsed().find(rest) : std::nullopt) {
      take(*found);
      continue;
    }
    if (const auto found = possible.library ? library().find(rest) : std::nullopt) {
      take(*found);
      continue;
    }
    if (auto found = possible.stamp ? stamp().find(rest) : std::nullopt;
        found || (possible.level && (found = level().find(rest)))) {
      take(*found);
      logged = true;
      continue;
    }
    if (const auto found = logged ? machine().find(rest) : std::nullopt) {
      take(*found);
      continue;
    }
    if (const auto found = possible.arrow ? arrow().find(rest) : std::nullopt) {
      take(*found);
      continue;
    }
    if (const auto found = logged ? logger().find(rest) : std::nullopt;
        found && (is_a_place(found->text(std::size_t{0})) ||
                  !is_of_the_message(found->text(1).empty() ? found->text(0) : found->text(1)))) {
      take(*found);
      const bool names_file = trim(found->text(std::size_t{0})).ends_with(']') &&
                              found->text(std::size_t{0}).find(".py:") != std::string_view::npos;
      const auto behind = names_file && prefix.rank.empty()
                              ? rank_behind_file().find(text.substr(prefix.length))
                              : std::nullopt;
      if (behind) {
        prefix.rank = behind->text(1);
        take(*behind);
      }
      continue;
    }
    if (const auto pictures = length_of_pictures(rest)) {
      prefix.length += pictures;
      continue;
    }
    break;
  }
  keep_row_of_a_table(text, prefix);
  return prefix.length < text.size() ? prefix : Prefix{0, prefix.rank};
}

}  // namespace joulecast::progress
