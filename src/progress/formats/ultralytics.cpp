// Ultralytics (YOLOv8 and later) and YOLOv5, v6 and v7 before it: a header, a row with a bar for the epoch,
// and a row "all" with the validation's figures.
//
//         Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size
//           3/3         0G      6.531      3.498      4.065          8         64: 100% ━━━━━━━━━━━━
//           6/6 16.5it/s 0.4s
//                    Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100% ━━━━
//                    1/1 21.0it/s
//                      all         16         16          0          0          0          0
//   3 epochs completed in 0.001 hours.
//
// Where no bars are drawn (TQDM_DISABLE) the header of each epoch is printed all the same, and so is its row
// "all": the headers are counted. Before 8.3.200 tqdm drew the bars. YOLOv5 counts from 0 and prints the last
// one's number: 0/2 to 2/2.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// The numbers in columns; those beyond what a narrow terminal shows are missing.
std::vector<double> numbers_of(std::string_view text) {
  static const Pattern number(R"(^\s*(?P<number>-?\d+(?:\.\d+)?(?:e-?\d+)?)(?:\s|:|$))");
  std::vector<double> numbers;
  while (const auto match = number.find(text)) {
    const auto value = match->number("number");
    if (!value) break;
    numbers.push_back(*value);
    text = match->after();
  }
  return numbers;
}

std::vector<std::string> names_of(std::string_view text) {
  static const Pattern word(R"(^\s*(?P<word>[\w/()-]+))");
  std::vector<std::string> names;
  while (const auto match = word.find(text)) {
    names.emplace_back(match->text("word"));
    text = match->after();
  }
  return names;
}

class Ultralytics final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern header(R"(^Epoch\s+(?:GPU_mem|gpu_mem)\s+(?P<names>\S.*)$)");
    static const Pattern start(R"(^Starting training for (?P<epochs>\d+) epochs)");
    static const Pattern resumed(R"(^Resuming training \S+ from epoch (?P<epoch>\d+) to \d+ total epochs)");
    static const Pattern over(R"(^\d+ epochs completed in [\d.]+ hours)");
    static const Pattern stopped(R"(^(?:Stopping training early as|EarlyStopping: Training stopped early))");
    static const Pattern banner(R"(^(?:Ultralytics (?:YOLO)?v?\d|YOLOv5 )\S* ?\S* .*(?:torch|Python)-)");
    if (banner.matches(line.text)) {
      seen_ = true;
      return true;
    }
    if (const auto match = header.find(line.text)) {
      seen_ = true;
      names_ = names_of(match->text("names"));
      const auto is_old = [](const std::string& name) { return name == "obj" || name == "obj_loss"; };
      from_zero_ = std::ranges::any_of(names_, is_old);
      head(line.time, report);
      return true;
    }
    if (const auto match = start.find(line.text)) {
      seen_ = true;
      report.run_begins();
      total_ = match->number("epochs");
      if (total_) report.total_epochs(*total_);
      return true;
    }
    if (const auto match = resumed.find(line.text)) {
      if (const auto epoch = match->whole("epoch")) epoch_before_ = *epoch - 1;
      return true;
    }
    if (!seen_) return false;
    if (over.matches(line.text)) {
      epoch_.reset();
      headed_.reset();
      report.run_ends();
      return true;
    }
    return stopped.matches(line.text) || read_epoch(line, report) || read_validation(line, report);
  }

 private:
  /// An epoch's header, before its first bar. The second one shows that none are drawn.
  void head(SteadyTime time, Report& report) {
    if (bars_) return;
    if (headed_) begin_headed(time, report);
    ++epoch_before_;
    headed_ = time;
    if (!epoch_) return;
    epoch_ = epoch_before_;
    report.epoch_begins(*epoch_, total_);
  }

  void begin_headed(SteadyTime now, Report& report) {
    if (!headed_ || epoch_) return;
    epoch_ = epoch_before_;
    report.printed_at(*headed_);
    report.epoch_begins(*epoch_, total_);
    report.printed_at(now);
  }

  bool read_epoch(const Line& line, Report& report) {
    static const Pattern row(
        R"(^(?P<epoch>\d+)/(?P<total>\d+)\s+(?:[\d.]+[KMGT]?B?)(?P<figures>\s+[^%|]*?):?\s+(?P<percent>\d+)%(?:\|[^|]*\||[^|\d]*) ?(?P<step>\d+)/(?P<steps>\d+) )");
    const auto match = row.find(line.text);
    if (!match) return false;
    bars_ = true;
    const auto epoch = match->whole("epoch");
    auto total = match->number("total");
    if (!epoch || !total) return true;
    if (from_zero_) *total += 1;
    report.epochs_count_from(from_zero_ ? 0 : 1);
    if (epoch_ != *epoch) report.epoch_begins(*epoch, total);
    epoch_ = epoch;
    total_ = total;
    const auto step = match->number("step");
    const auto steps = match->number("steps");
    if (!step || !steps) return true;
    report.epoch_steps(*step, *steps, epoch);
    if (*step < *steps) return true;
    report.epoch_ends(*epoch, total);
    const auto figures = numbers_of(match->text("figures"));
    for (std::size_t i = 0; i < std::min(names_.size(), figures.size()); ++i)
      if (names_[i].find("loss") != std::string::npos) report.metric("train_" + names_[i], figures[i], epoch);
    return true;
  }

  /// The row of all classes ends the epoch's validation, and the training's once more after all epochs.
  bool read_validation(const Line& line, Report& report) {
    static const Pattern bar(
        R"(^(?:Class\s+(?:Images|Labels)|classes\s+top1_acc|(?:train|val|test): (?:Scanning|Caching|Fast|New cache)|\S.*\d+ images?, \d+ (?:backgrounds|corrupt)))");
    static const Pattern all(R"(^all(?P<figures>(?:\s+-?[\d.e-]+)+)$)");
    if (const auto match = all.find(line.text)) {
      if (!bars_ && !epoch_) begin_headed(line.time, report);
      if (epoch_) {
        report.epoch_ends(*epoch_, total_);
        report_validation(numbers_of(match->text("figures")), report);
      }
      return true;
    }
    return bar.matches(line.text);
  }

  void report_validation(const std::vector<double>& figures, Report& report) const {
    if (figures.size() == 2) {
      report.metric("val_top1_acc", figures[0], epoch_);
      report.metric("val_top5_acc", figures[1], epoch_);
    } else if (figures.size() >= 6) {  // images, instances, precision, recall, mAP50, mAP50-95
      report.metric("val_mAP50", figures[4], epoch_);
      report.metric("val_mAP50-95", figures[5], epoch_);
    }
  }

  bool seen_ = false;
  bool from_zero_ = false;
  std::vector<std::string> names_;    ///< of the columns behind GPU_mem
  bool bars_ = false;                 ///< they are drawn
  std::optional<SteadyTime> headed_;  ///< when the header was printed, where they are not
  int epoch_before_ = 0;              ///< the last one whose header was printed, from 1
  std::optional<int> epoch_;
  std::optional<double> total_;
};

}  // namespace

extern const FormatType ultralytics_format{"Ultralytics",
                                           "YOLOv8 and later (detect, classify, segment, pose), YOLOv5 to v7",
                                           Breadth::framework,
                                           Evidence::stated,
                                           {"epoch", "%", "all", "class", "ultralytics", "yolov5", "image"},
                                           make_format<Ultralytics>};

}  // namespace joulecast::progress
