#include "progress/metric_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace joulecast::progress {
namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, is_digit);
}
bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '/' || c == '@' || c == '-' || c == '.';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Words for correctness and loss, as they occur in names: "val_top1_acc", "eval_f1-macro".
bool is_metric_word(std::string_view word) {
  static constexpr std::array<std::string_view, 40> words{
      "f1",     "f2",     "precision",  "recall", "err",         "mae",         "mse",    "rmse",
      "mape",   "smape",  "perplexity", "ppl",    "nll",         "xent",        "bleu",   "rouge",
      "rouge1", "rougel", "map",        "dice",   "top1",        "top5",        "score",  "wer",
      "cer",    "r2",     "mcc",        "kappa",  "specificity", "sensitivity", "reward", "rew",
      "psnr",   "ssim",   "fid",        "ndcg",   "mrr",         "elbo",        "bpb",    "bpc"};
  static constexpr std::array<std::string_view, 6> endings{"loss", "acc", "accuracy", "auc", "iou", "error"};
  while (word.size() > 3 && is_digit(word.back()) && std::ranges::find(words, word) == words.end())
    word.remove_suffix(1);  // "acc1", "loss0"
  return std::ranges::find(words, word) != words.end() ||
         std::ranges::any_of(endings, [&](auto ending) { return word.ends_with(ending); });
}

/// Parts that make a name a setting or a duration: "loss_weight", "acc_time".
bool is_setting_word(std::string_view word) {
  static constexpr std::array<std::string_view, 20> words{
      "weight",    "weights", "scale", "scaler", "coef",   "coeff",   "lambda",
      "threshold", "thresh",  "type",  "fn",     "factor", "freq",    "every",
      "interval",  "target",  "tol",   "time",   "ratio",  "patience"};
  return std::ranges::find(words, word) != words.end();
}

bool names_a_metric(std::string_view name) {
  const auto lowered = to_lower(name);
  bool found = false;
  std::size_t begin = 0;
  while (begin <= lowered.size()) {
    const auto end = std::min(lowered.find_first_of("_/@-.", begin), lowered.size());
    const auto part = std::string_view(lowered).substr(begin, end - begin);
    if (is_setting_word(part)) return false;
    found = found || is_metric_word(part);
    begin = end + 1;
  }
  return found;
}

/// "Training" and "valid" as the prefixes that names get: "train", "val".
std::optional<std::string_view> set_of(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> words{
      {{"train", "train"},
       {"training", "train"},
       {"trn", "train"},
       {"tr", "train"},
       {"val", "val"},
       {"valid", "val"},
       {"validation", "val"},
       {"validate", "val"},
       {"dev", "val"},
       {"eval", "eval"},
       {"evaluation", "eval"},
       {"test", "test"},
       {"testing", "test"}}};
  const auto lowered = to_lower(word);
  const auto found = std::ranges::find(words, lowered, &std::pair<std::string_view, std::string_view>::first);
  return found == words.end() ? std::nullopt : std::optional{found->second};
}

/// Words before a metric's name that do not belong to it: "Average loss".
bool is_filler(std::string_view word) {
  static constexpr std::array<std::string_view, 20> words{
      "average", "avg", "mean", "running", "current", "epoch", "step", "batch", "overall", "the",
      "set",     "and", "with", "final",   "iter",    "done",  "in",   "on",    "at",      "of"};
  const auto lowered = to_lower(word);
  return std::ranges::find(words, lowered) != words.end();
}

/// Reads from a place in a line on.
struct Cursor {
  std::string_view line;
  std::size_t at = 0;

  [[nodiscard]] char peek() const { return at < line.size() ? line[at] : '\0'; }
  [[nodiscard]] char after_next() const { return at + 1 < line.size() ? line[at + 1] : '\0'; }
  std::size_t skip_blanks() {
    const auto begin = at;
    while (is_blank(peek())) ++at;
    return at - begin;
  }
  bool skip(std::string_view text) {
    if (!line.substr(at).starts_with(text)) return false;
    at += text.size();
    return true;
  }
  bool skip_quote() { return skip("'") || skip("\""); }
  std::string_view take_digits() {
    const auto begin = at;
    while (is_digit(peek())) ++at;
    return line.substr(begin, at - begin);
  }
  /// "-1.5e-3".
  std::string_view take_number() {
    const auto begin = at;
    if (peek() == '-' || peek() == '+') ++at;
    auto digits = take_digits().size();
    if (peek() == '.') {
      ++at;
      digits += take_digits().size();
    }
    if (digits == 0) {
      at = begin;
      return {};
    }
    const auto mantissa = at;
    if (peek() == 'e' || peek() == 'E') {
      ++at;
      if (peek() == '-' || peek() == '+') ++at;
      if (take_digits().empty()) at = mantissa;
    }
    return line.substr(begin, at - begin);
  }
};

/// The average of "0.31 (0.35)", as AverageMeter prints it.
std::optional<double> take_average(Cursor cursor) {
  cursor.skip_blanks();
  if (!cursor.skip("(")) return std::nullopt;
  cursor.skip_blanks();
  const auto text = cursor.take_number();
  cursor.skip_blanks();
  if (cursor.peek() != ')' || text.find('.') == std::string_view::npos) return std::nullopt;
  return parse_double(text);
}

/// How a figure is written, which decides whether a blank before it will do.
struct Figure {
  double value = 0;
  bool is_percent = false;
  bool plainly_one = false;  ///< "0.31", "91%", "3e-4", "388/400 (97%)": no count, no number of an epoch
  std::size_t end = 0;
};

std::optional<Figure> take_figure(Cursor cursor) {
  for (const auto* call : {"tensor(", "np.float64(", "np.float32("}) cursor.skip(call);
  const bool quoted = cursor.skip_quote();
  const auto text = cursor.take_number();
  auto value = parse_double(text);
  if (!value) return std::nullopt;
  if (quoted) cursor.skip_quote();
  Figure figure{*value, false, text.find_first_of(".eE") != std::string_view::npos, cursor.at};
  auto next = cursor;
  const auto blanks = next.skip_blanks();
  if (next.peek() == '%' && blanks <= 1) return Figure{*value / 100, true, true, next.at + 1};
  if (cursor.peek() == '/') {
    ++cursor.at;
    const auto all = parse_double(cursor.take_digits());
    if (!all || *all <= 0 || *value > *all || *value < 0) return std::nullopt;
    return Figure{*value / *all, false, true, cursor.at};
  }
  if (is_letter(cursor.peek())) return std::nullopt;                               // "12ms"
  if (cursor.peek() == '.' && is_digit(cursor.after_next())) return std::nullopt;  // "1.2.3", not "0.5..."
  if (const auto average = take_average(cursor)) figure.value = *average;
  return figure;
}

/// "after epoch 3", "at step 100/500".
void skip_occasion(Cursor& cursor) {
  auto ahead = cursor;
  const auto skip_any = [&](auto words) {
    return std::ranges::any_of(words, [&](const char* word) { return ahead.skip(word); });
  };
  if (!skip_any(std::array{"after ", "at ", "for ", "in "})) return;
  if (!skip_any(std::array{"epoch ", "step ", "iteration ", "iter ", "batch "})) return;
  ahead.skip_blanks();
  if (ahead.take_digits().empty()) return;
  if (ahead.skip("/")) ahead.take_digits();
  ahead.skip_blanks();
  cursor = ahead;
}

/// What stands between a name and its figure: ": ", "=", " ", " (%): ", " value: ", " is ".
std::optional<Figure> take_value(Cursor cursor) {
  cursor.skip_quote();
  auto blanks = cursor.skip_blanks();
  bool percent = false;
  if (cursor.peek() == '(') {
    const auto end = cursor.line.find(')', cursor.at);
    const auto note = cursor.line.substr(cursor.at, end == std::string_view::npos ? end : end - cursor.at);
    const bool words = std::ranges::none_of(note, is_digit);
    if (end == std::string_view::npos || !words) return std::nullopt;
    percent = note.find('%') != std::string_view::npos;
    cursor.at = end + 1;
    blanks = cursor.skip_blanks();
  }
  if (blanks > 0) skip_occasion(cursor);
  for (const auto* word : {"value", "is ", "was ", "of ", "at "})
    if (blanks > 0 && cursor.skip(word)) blanks = cursor.skip_blanks() + 1;
  const bool separated = cursor.skip(":") || cursor.skip("=") || cursor.skip("\xe2\x89\x88");
  if (!separated && blanks > 0) cursor.skip("- ");  // "Loss - 0.31"
  if (!separated && blanks == 0) return std::nullopt;
  cursor.skip_blanks();
  auto figure = take_figure(cursor);
  if (!figure || (!separated && !figure->plainly_one)) return std::nullopt;
  if (percent) figure->value /= 100;
  return figure;
}

bool is_a_duration(std::string_view after) {
  static constexpr std::array<std::string_view, 8> units{"s",  "sec", "secs",    "seconds",
                                                         "ms", "min", "minutes", "h"};
  const auto word = trim(after).substr(0, trim(after).find_first_of(" ,;|)]"));
  return std::ranges::find(units, word) != units.end();
}

/// Goes over a line's words and remembers what those before say of the next one.
class Words {
 public:
  explicit Words(std::string_view line) : cursor_{line} {}

  std::vector<MetricText> find() {
    while (cursor_.at < cursor_.line.size()) {
      if (is_letter(cursor_.peek())) {
        take_word();
      } else if (is_digit(cursor_.peek())) {
        while (is_name_character(cursor_.peek())) ++cursor_.at;
        qualifier_ = {};
        begins_phrase_ = false;
      } else {
        if (!is_blank(cursor_.peek())) {
          best_ = best_ && cursor_.peek() == ':';
          qualifier_ = {};
          begins_phrase_ = true;
        } else if (cursor_.peek() == '\t') {
          begins_phrase_ = true;
        }
        ++cursor_.at;
      }
    }
    return std::move(metrics_);
  }

 private:
  void take_word() {
    const auto begin = cursor_.at;
    while (is_name_character(cursor_.peek())) ++cursor_.at;
    auto word = cursor_.line.substr(begin, cursor_.at - begin);
    const bool abbreviated = word.ends_with('.');  // "Avg. loss"
    while (!is_letter(word.back()) && !is_digit(word.back())) word.remove_suffix(1);
    if (word.empty()) return;
    cursor_.at = begin + word.size();
    if (word.size() <= 64 && take_metric(word)) return;
    if (abbreviated) ++cursor_.at;
    if (to_lower(word) == "best") {
      best_ = true;
    } else if (!is_filler(word)) {
      qualifier_ = begins_phrase_ && word.size() <= 16 && !has_digit(word) ? word : std::string_view{};
      begins_phrase_ = false;
    }
  }

  /// Whether the word was a set or the name of a figure.
  bool take_metric(std::string_view word) {
    const auto figure = take_value(cursor_);
    if (const auto set = set_of(word)) {
      set_ = *set;
      if (figure && figure->plainly_one && !figure->is_percent &&
          !is_a_duration(cursor_.line.substr(figure->end)))
        add(std::string(*set), *figure);
      begins_phrase_ = true;
      qualifier_ = {};
      return true;
    }
    if (!figure || !names_a_metric(word)) return false;
    add(full_name(word), *figure);
    return true;
  }

  [[nodiscard]] std::string full_name(std::string_view word) const {
    std::string name(word);
    const auto first = std::string_view(word).substr(0, word.find_first_of("_/-."));
    const bool has_set = first.size() < word.size() && set_of(first);
    if (!qualifier_.empty()) name = std::string(qualifier_) + "_" + name;
    if (!set_.empty() && !has_set)
      name = std::string(set_) + "_" + (qualifier_.empty() ? to_lower(word) : name);
    return best_ ? "best_" + name : name;
  }

  void add(std::string name, const Figure& figure) {
    metrics_.push_back({std::move(name), figure.value});
    cursor_.at = figure.end;
    qualifier_ = {};
    best_ = false;
    begins_phrase_ = true;
  }

  Cursor cursor_;
  std::string_view set_;        ///< the last that was named
  std::string_view qualifier_;  ///< "lm" of "lm loss"
  bool best_ = false;
  bool begins_phrase_ = true;
  std::vector<MetricText> metrics_;
};

/// "Namespace(…)", "Config: {…}": figures that were wished for, not reached.
bool is_printed_settings(std::string_view line) {
  static constexpr std::array<std::string_view, 9> beginnings{"namespace(", "config",     "args",
                                                              "arguments",  "options",    "hyperparam",
                                                              "settings",   "parameters", "hparams"};
  const auto lowered = to_lower(line);
  return lowered.find("namespace(") != std::string::npos ||
         std::ranges::any_of(beginnings, [&](auto word) { return trim(lowered).starts_with(word); });
}

}  // namespace

std::vector<MetricText> find_metrics(std::string_view line) {
  if (is_printed_settings(line)) return {};
  return Words(line).find();
}

}  // namespace joulecast::progress
