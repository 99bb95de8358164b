#include "progress/metric_text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "progress/metric_figure.hpp"
#include "progress/metric_name.hpp"

namespace joulecast::progress {
namespace {

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
    if (names_a_metric(word) && take_metric_of_set(word)) return true;
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

  /// "Accuracy on the test set: 71%" is the test's accuracy.
  bool take_metric_of_set(std::string_view word) {
    auto behind = cursor_;
    const auto set = take_set_behind(behind);
    const auto figure = set ? take_value(behind) : std::nullopt;
    if (!figure) return false;
    set_ = set_of(*set).value_or(*set);
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
