#include "progress/metric_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"

namespace joulecast::progress {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
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

}  // namespace

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

bool is_filler(std::string_view word) {
  static constexpr std::array<std::string_view, 20> words{
      "average", "avg", "mean", "running", "current", "epoch", "step", "batch", "overall", "the",
      "set",     "and", "with", "final",   "iter",    "done",  "in",   "on",    "at",      "of"};
  const auto lowered = to_lower(word);
  return std::ranges::find(words, lowered) != words.end();
}

}  // namespace joulecast::progress
