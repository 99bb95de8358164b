// fastai: a bar that counts epochs from 1, a second one for the validation, and a row of a table at each
// epoch's end, which counts from 0.
//
//   epoch     train_loss  valid_loss  accuracy  time
//   Epoch 1/4 : |████------------------------------------| 10.00% [5/50 00:00<00:01... 0.8465]
//   0         0.660193    0.595146    0.860000  00:01
//
// Where no bar is drawn there is only the table. fine_tune() is two fits: each prints the header again.
#include <optional>
#include <string>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(" \t"); at != std::string_view::npos;
       at = text.find_first_not_of(" \t", at)) {
    const auto end = std::min(text.find_first_of(" \t", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Metrics are those of the validation; only the losses name their set.
std::string name_of(const std::string& column) {
  return column.ends_with("_loss") ? column : "val_" + column;
}

class Fastai final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern header(R"(^epoch\s+train_loss\s+(?:\S+\s+)*?time$)");
    if (header.matches(line.text)) {
      const auto words = split_words(line.text);
      columns_.assign(words.begin(), words.end());
      bar_epoch_.reset();
      report.phase_begins({});
      return true;
    }
    return !columns_.empty() && (read_row(line, report) || read_bar(line, report));
  }

 private:
  bool read_row(const Line& line, Report& report) {
    static const Pattern row(R"(^(?P<epoch>\d+)\s+(?:\S+\s+)*?(?:\d+:)?\d+:\d\d$)");
    const auto match = row.find(line.text);
    const auto cells = split_words(line.text);
    if (!match || cells.size() != columns_.size()) return false;
    const auto number = match->whole("epoch");
    if (!number) return false;
    const int epoch = bar_epoch_.value_or(*number);
    report.epochs_count_from(bar_epoch_ ? 1 : 0);
    report.epoch_ends(epoch, total_);
    for (std::size_t i = 1; i + 1 < cells.size(); ++i)
      if (const auto value = parse_count(cells[i])) report.metric(name_of(columns_[i]), *value, epoch);
    return true;
  }

  bool read_bar(const Line& line, Report& report) {
    static const Pattern bar(
        R"(^Epoch (?P<epoch>\d+)/(?P<total>\d+) ?:(?: ?\|[^|]*\| [\d.]+% \[(?P<step>\d+)/(?P<steps>\d+) \d)?)");
    const auto match = bar.find(line.text);
    if (!match) {
      // The outer bar of the epochs, and those of lr_find() and predictions.
      static const Pattern other(R"(^\|[^|]*\| [\d.]+% \[\d+/\d+ \d)");
      return other.matches(line.text);
    }
    const auto epoch = match->whole("epoch");
    const auto step = match->number("step");
    const auto steps = match->number("steps");
    if (!epoch) return true;
    total_ = match->number("total");
    if (epoch != bar_epoch_) {
      bar_epoch_ = epoch;
      steps_.reset();
      step_ = 0;
      report.epochs_count_from(1);
      report.epoch_begins(*epoch, total_);
    }
    if (!step || !steps) return true;
    if (!steps_) steps_ = steps;
    // The second bar of an epoch is its validation.
    if (steps != steps_ || *step < step_) return true;
    step_ = *step;
    report.epoch_steps(*step, steps, epoch);
    return true;
  }

  std::vector<std::string> columns_;
  std::optional<int> bar_epoch_;
  std::optional<double> total_, steps_;
  double step_ = 0;
};

}  // namespace

extern const FormatType fastai_format{"fastai",           "fit, fit_one_cycle and fine_tune: bar and table",
                                      Breadth::framework, Evidence::stated,
                                      {"epoch", ":"},     make_format<Fastai>};

}  // namespace joulecast::progress
