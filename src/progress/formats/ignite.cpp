// Ignite: its engines' log and its bar, tqdm with a format of its own.
//
//   trainer INFO: Engine run starting with max_epochs=3.
//   Epoch [1/3]: [12/50]  24%|██▍       , loss=0.84 [00:00<00:00]
//   Validation Results - Epoch: 1 Avg accuracy: 0.94 Avg loss: 0.21
//   trainer INFO: Epoch[1] Complete. Time taken: 00:00:01.110
//
// Evaluators are engines, too; they run for one epoch each.
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Ignite final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    return read_engine(line, report) || read_results(line, report) || read_bar(line, report);
  }

 private:
  bool read_engine(const Line& line, Report& report) {
    static const Pattern start(
        R"(Engine run (?:starting|resuming).* (?:with max_epochs=|until epoch )(?P<epochs>\d+))");
    static const Pattern over(R"(Engine run (?:complete|finished)\b)");
    static const Pattern complete(R"(Epoch\[(?P<epoch>\d+)\] Complete\.)");
    static const Pattern evaluator(R"((?i)eval|valid|test|inference)");
    const bool starts = start.matches(line.text);
    const auto done = complete.find(line.text);
    if (!starts && !done && !over.matches(line.text)) return false;
    const auto engine = evaluator.matches(line.full);
    if (engine) return true;
    if (starts) {
      // Engines without names: one that starts while the training runs is an evaluator.
      if (running_) {
        ++beside_;
        return true;
      }
      running_ = true;
      report.run_begins();
      if (const auto total = start.find(line.text)->number("epochs")) {
        total_ = total;
        report.total_epochs(*total);
      }
    } else if (beside_ > 0) {
      if (!done) --beside_;
    } else if (done) {
      report.epochs_count_from(1);
      if (const auto epoch = done->whole("epoch")) report.epoch_ends(*epoch, total_);
    } else {
      running_ = false;
      report.run_ends();
    }
    return true;
  }

  /// As in Ignite's examples.
  static bool read_results(const Line& line, Report& report) {
    static const Pattern results(
        R"((?i)^(?P<set>training|train|validation|val|test) results - epoch: ?\[?(?P<epoch>\d+)[^\d.]+(?P<figures>.*)$)");
    const auto match = results.find(line.text);
    if (!match) return false;
    const auto set = match->text("set");
    const std::string prefix =
        set[0] == 'T' || set[0] == 't' ? (set.size() == 4 ? "test_" : "train_") : "val_";
    static const Pattern figure(R"((?i)(?:avg|mean)? ?(?P<name>[a-z][\w@]*):? (?P<value>[\d.]+(?:e-?\d+)?))");
    auto rest = match->text("figures");
    // The first one's name was taken as what parts it from the epoch's number.
    rest = line.text;
    rest.remove_prefix(static_cast<std::size_t>(match->text("epoch").data() - line.text.data()) +
                       match->text("epoch").size());
    while (const auto found = figure.find(rest)) {
      if (const auto value = found->number("value"))
        report.metric(prefix + std::string(found->text("name")), *value, match->whole("epoch"));
      rest = found->after();
    }
    return true;
  }

  bool read_bar(const Line& line, Report& report) {
    static const Pattern bar(
        R"(^(?:Epoch(?: \[(?P<epoch>\d+)/(?P<total>\d+)\])?:? ?)?\[(?P<step>\d+)/(?P<steps>\d+)\] +\d+%\|[^|\[\]]*?(?P<figures>, [^\[]*)?\[\d+:\d\d)");
    const auto match = bar.find(line.text);
    if (!match) return false;
    const auto step = match->number("step");
    const auto steps = match->number("steps");
    if (!step || !steps) return true;
    const auto epoch = match->whole("epoch");
    if (!epoch) {
      // Its first state has no title, and one of a single epoch none at all.
      if (total_ == 1.0) report.epoch_steps(*step, steps);
      return true;
    }
    report.epochs_count_from(1);
    if (epoch != epoch_) report.epoch_begins(*epoch, match->number("total"));
    epoch_ = epoch;
    report.epoch_steps(*step, steps, epoch);
    for (const auto& [name, value] : find_metrics(match->text("figures"))) report.metric(name, value, epoch);
    return true;
  }

  bool running_ = false;
  int beside_ = 0;  ///< evaluators that run now
  std::optional<double> total_;
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType ignite_format{"Ignite",
                                      "PyTorch-Ignite: engines' log, ProgressBar, the examples' results",
                                      Breadth::framework,
                                      Evidence::stated,
                                      {"engine run", "complete.", "results - epoch", "%|"},
                                      make_format<Ignite>};

}  // namespace joulecast::progress
