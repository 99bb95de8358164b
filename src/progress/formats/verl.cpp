// verl: a line of figures for each step, through Ray, and a bar.
//
//   (TaskRunner pid=87031) Total training steps: 435
//   (TaskRunner pid=87031) step:83 - actor/kl_loss:0.024 - … - training/global_step:83.000 -
//   training/epoch:2.000 - … (TaskRunner pid=87031) Training Progress:   0%|          | 1/435
//   [10:00<103:53:21, 600.32s/it]
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Verl final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern total(R"(^Total training steps: (?P<steps>\d+)$)");
    static const Pattern step(R"(^step:(?P<step>\d+) - (?P<figures>[\w-]+/.*))");
    static const Pattern epoch(R"( - training/epoch:(?P<epoch>\d+)(?:\.0+)?(?: - |$))");
    if (const auto bar = find_tqdm_bar(line.text); bar && bar->title == "Training Progress") {
      report.work_done(bar->done, bar->total);
      return true;
    }
    if (const auto match = total.find(line.text)) {
      if (const auto steps = match->number("steps")) report.total_work(*steps);
      return true;
    }
    const auto match = step.find(line.text);
    const auto done = match ? match->number("step") : std::nullopt;
    if (!done) return false;
    report.work_done(*done);
    const auto figures = match->text("figures");
    if (const auto found = epoch.find(line.text); found && found->whole("epoch") != epoch_) {
      epoch_ = found->whole("epoch");
      report.epochs_count_from(0);
      if (epoch_) report.epoch_begins(*epoch_);
    }
    for (const auto& [name, value] : find_metrics(figures)) report.metric(name, value);
    return true;
  }

 private:
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType verl_format{
    "verl",           "steps of its trainers, by their lines and their bar",   Breadth::framework,
    Evidence::stated, {"step:", "total training steps", "training progress:"}, make_format<Verl>};

}  // namespace joulecast::progress
