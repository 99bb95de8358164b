#include "progress/metric_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"

namespace joulecast::progress {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/' || c == '@' || c == '-' ||
         c == '.';
}

/// Words for correctness and loss, as they occur in names: "val_top1_acc", "eval_f1-macro".
bool names_a_metric(std::string_view name) {
  static constexpr std::array<std::string_view, 30> words{
      "loss", "acc", "accuracy", "f1",          "auc",         "precision", "recall", "error",
      "err",  "mae", "mse",      "rmse",        "perplexity",  "ppl",       "bleu",   "rouge",
      "map",  "iou", "dice",     "top1",        "top5",        "score",     "wer",    "cer",
      "r2",   "mcc", "kappa",    "specificity", "sensitivity", "reward"};
  const auto lowered = to_lower(name);
  std::size_t begin = 0;
  while (begin <= lowered.size()) {
    const auto end = std::min(lowered.find_first_of("_/@-.", begin), lowered.size());
    const auto part = std::string_view(lowered).substr(begin, end - begin);
    if (std::ranges::find(words, part) != words.end()) return true;
    begin = end + 1;
  }
  return false;
}

/// The name before `at`; blanks and a closing quote may stand between them.
std::string_view name_before(std::string_view line, std::size_t at) {
  while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '\'' || line[at - 1] == '"')) --at;
  std::size_t begin = at;
  while (begin > 0 && is_name_character(line[begin - 1])) --begin;
  while (begin < at && (line[begin] == '-' || line[begin] == '.')) ++begin;
  return line.substr(begin, at - begin);
}

std::string_view number_after(std::string_view line, std::size_t at) {
  while (at < line.size() && line[at] == ' ') ++at;
  std::size_t end = at;
  while (end < line.size() && (std::isdigit(static_cast<unsigned char>(line[end])) != 0 || line[end] == '.' ||
                               line[end] == 'e' || line[end] == 'E' || line[end] == '-' || line[end] == '+'))
    ++end;
  while (end > at && (line[end - 1] == '.' || line[end - 1] == '-' || line[end - 1] == 'e')) --end;
  return line.substr(at, end - at);
}

}  // namespace

std::vector<MetricText> find_metrics(std::string_view line) {
  std::vector<MetricText> metrics;
  for (auto at = line.find_first_of("=:"); at != std::string_view::npos;
       at = line.find_first_of("=:", at + 1)) {
    const auto name = name_before(line, at);
    if (name.empty() || name.size() > 64 || !names_a_metric(name)) continue;
    const auto text = number_after(line, at + 1);
    auto value = parse_double(text);
    if (!value) continue;
    const auto after = static_cast<std::size_t>(text.data() + text.size() - line.data());
    if (after < line.size() && line[after] == '%') *value /= 100;  // "acc: 91.3%"
    metrics.push_back({std::string(name), *value});
  }
  return metrics;
}

}  // namespace joulecast::progress
