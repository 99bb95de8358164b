// MATLAB's Deep Learning Toolbox: the tables of trainNetwork and trainnet. Iterations are steps, and epochs
// marks on them.
//
//   |  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Validation  |  Mini-batch  | …
//   |         |             |   (hh:mm:ss)   |   Accuracy   |   Accuracy   |     Loss     | …
//   |       1 |          50 |       00:00:10 |       71.09% |       68.12% |       0.9012 | …
//
//       Iteration    Epoch    TimeElapsed    LearnRate    TrainingLoss    ValidationLoss
//       _________    _____    ___________    _________    ____________    ______________
//              50        2       00:00:05         0.01          0.4412            0.4501
//
// Cells may be empty: in the second table the lines under the header tell where its columns are.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

/// "mini-batch loss", "trainingloss" are train_loss; "validationrmse" is val_rmse.
std::string metric_name_of(std::string_view column) {
  static const Pattern name(
      R"(^(?:(?P<train>mini-batch|training) ?|(?P<val>validation) ?)(?P<figure>accuracy|loss|rmse|\w+)$)");
  const auto match = name.find(column);
  if (!match) return {};
  return fmt::format("{}_{}", match->text("train").empty() ? "val" : "train", match->text("figure"));
}

class Matlab final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern ruler(R"(^(?:\|?=+\|?|_+(?:\s+_+)+)$)");
    static const Pattern over(R"(^Training (?:finished|stopped): )");
    if (read_header(line)) return true;
    if (columns_.empty()) return false;
    if (ruler.matches(line.text)) {
      if (line.text.starts_with('_')) find_places(line.full);
      return true;
    }
    if (over.matches(line.text)) {
      report.run_ends();
      columns_.clear();
      return true;
    }
    return read_second_header(line) || read_row(line, report);
  }

 private:
  bool read_header(const Line& line) {
    static const Pattern network(R"(^\|\s+Epoch\s+\|\s+Iteration\s+\|\s+Time Elapsed\s+\|)");
    static const Pattern net(R"(^Iteration\s+Epoch\s+TimeElapsed\s+LearnRate\b)");
    const bool barred = network.matches(line.text);
    if (!barred && !net.matches(line.text)) return false;
    places_.clear();
    epoch_.reset();
    columns_ = barred ? cells_of(line.lowered) : words_of(line.lowered);
    return true;
  }

  bool read_second_header(const Line& line) {
    static const Pattern units(R"(^\|\s+\|\s+\|\s+\(hh:mm:ss\)\s+\|)");
    if (!units.matches(line.text)) return false;
    const auto cells = cells_of(line.lowered);
    for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i)
      columns_[i] = std::string(trim(columns_[i] + " " + cells[i]));
    return true;
  }

  static std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    line.remove_prefix(1);
    for (auto end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
      cells.emplace_back(trim(line.substr(0, end)));
      line.remove_prefix(end + 1);
    }
    return cells;
  }

  static std::vector<std::string> words_of(std::string_view line) {
    static const Pattern word(R"(\S+)");
    std::vector<std::string> words;
    while (const auto match = word.find(line)) {
      words.emplace_back(match->text(std::size_t{0}));
      line = match->after();
    }
    return words;
  }

  /// Where each column ends, as the line under the header shows it.
  void find_places(std::string_view full) {
    static const Pattern stroke(R"(_+)");
    places_.clear();
    for (auto rest = full;;) {
      const auto match = stroke.find(rest);
      if (!match) return;
      rest = match->after();
      places_.push_back(full.size() - rest.size());
    }
  }

  bool read_row(const Line& line, Report& report) {
    static const Pattern network(
        R"(^\|\s+(?P<epoch>\d+)\s+\|\s+(?P<iteration>\d+)\s+\|\s+\d+:\d\d:\d\d\s+\|.*\|$)");
    static const Pattern net(R"(^(?P<iteration>\d+)\s+(?P<epoch>\d+)\s+\d+:\d\d:\d\d\b)");
    const bool barred = line.text.starts_with('|');
    const auto match = (barred ? network : net).find(line.text);
    const auto iteration = match ? match->number("iteration") : std::nullopt;
    const auto epoch = match ? match->whole("epoch") : std::nullopt;
    if (!iteration || !epoch) return false;
    if (*iteration == 0) {  // validated before the first step
      report.run_begins();
      return true;
    }
    if (epoch_ && epoch_ != epoch) report.epoch_begins(*epoch);
    report.work_done(*iteration);
    if (!epoch_) report.epoch_begins(*epoch);
    epoch_ = epoch;
    const auto cells = barred ? cells_of(line.lowered) : cells_below_names(line.full);
    for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i)
      if (const auto name = metric_name_of(columns_[i]); !name.empty() && !cells[i].empty())
        report_metrics(report, fmt::format("{}: {}", name, cells[i]), epoch_);
    return true;
  }

  std::vector<std::string> cells_below_names(std::string_view full) const {
    static const Pattern word(R"(\S+)");
    std::vector<std::string> cells(places_.size());
    for (auto rest = full;;) {
      const auto match = word.find(rest);
      if (!match) return cells;
      const auto begin = full.size() - rest.size() + match->before().size();
      const auto place = std::ranges::upper_bound(places_, begin);
      if (place != places_.end())
        cells[static_cast<std::size_t>(place - places_.begin())] = match->text(std::size_t{0});
      rest = match->after();
    }
  }

  std::vector<std::string> columns_;  ///< in small letters
  std::vector<std::size_t> places_;   ///< where they end, without bars
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType matlab_format{
    "MATLAB",         "the tables of trainNetwork and trainnet",   Breadth::framework,
    Evidence::stated, {"iteration", "|", ":", "___", "training "}, make_format<Matlab>};

}  // namespace joulecast::progress
