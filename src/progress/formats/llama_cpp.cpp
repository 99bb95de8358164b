// llama.cpp: the importance matrix, fine-tuning and training from scratch.
//
//   compute_imatrix: computing over 213 chunks with batch_size 512
//   [1]60.9619,[2]10.7701,[3]5.8724,                                        one line that grows
//   train_opt_callback: iter=    70 sample=72/5608 sched=0.700000 loss=4.948237 dt=00:04:59 eta=03:29:33
//   train: [===>     ] data=0000040/0000120 loss=3.95±0.11 acc=24.50±0.85% t=00:00:12 ETA=00:00:24
//   val:   [=>       ] data=0000002/0000006 loss=4.01±0.12 …
//
// The samples begin again with each epoch, whose number is not said: the bars are counted.
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class LlamaCpp final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    return read_chunks(line, report) || read_iteration(line, report) || read_bar(line, report);
  }

 private:
  bool read_chunks(const Line& line, Report& report) {
    static const Pattern announced(R"(^compute_imatrix: computing over (?P<chunks>\d+) chunks\b)");
    static const Pattern chunks(R"(^(?:\[\d+\]-?[\d.]+(?:nan)?,)*\[(?P<chunk>\d+)\]-?[\d.]+(?:nan)?,$)");
    static const Pattern about(R"(^(?:compute|save)_imatrix: )");
    if (const auto match = announced.find(line.text)) {
      chunks_ = match->number("chunks");
      report.run_begins();
      if (chunks_) report.total_work(*chunks_);
      return true;
    }
    if (about.matches(line.text)) return true;
    const auto match = chunks_ ? chunks.find(line.text) : std::nullopt;
    const auto chunk = match ? match->number("chunk") : std::nullopt;
    report.work_counts_from(0);
    if (chunk) report.work_done(*chunk, chunks_);
    return chunk.has_value();
  }

  static bool read_iteration(const Line& line, Report& report) {
    static const Pattern iteration(
        R"(^train_opt_callback: iter= *(?P<iteration>\d+) sample=\d+/\d+ sched=\S+ loss=(?P<loss>[\d.]+))");
    const auto match = iteration.find(line.text);
    const auto done = match ? match->number("iteration") : std::nullopt;
    if (!done) return false;
    report.work_done(*done);
    if (const auto loss = match->number("loss")) report.metric("loss", *loss);
    return true;
  }

  bool read_bar(const Line& line, Report& report) {
    static const Pattern bar(
        R"(^(?P<set>train|val): +\[[=>\s]*\] data=0*(?P<done>\d+)/0*(?P<total>\d+) loss=(?P<loss>[\d.]+)\S* (?:acc=(?P<acc>[\d.]+)\S* )?t=)");
    const auto match = bar.find(line.text);
    const auto done = match ? match->number("done") : std::nullopt;
    const auto total = match ? match->number("total") : std::nullopt;
    if (!done || !total) return false;
    const bool full = *done >= *total;
    if (match->text("set") == "val") {
      if (full) report.window_ends("validation");
      if (!full && !validating_) report.window_begins("validation");
      validating_ = !full;
    } else {
      if (epoch_ == 0 || *done < last_) ++epoch_;
      last_ = *done;
      report.epoch_steps(*done, *total, epoch_);
    }
    if (!full || epoch_ == 0) return true;
    report.epoch_ends(epoch_);
    const std::string set(match->text("set"));
    if (const auto loss = match->number("loss")) report.metric(set + "_loss", *loss, epoch_);
    if (const auto acc = match->number("acc")) report.metric(set + "_acc", *acc / 100, epoch_);
    return true;
  }

  std::optional<double> chunks_;
  bool validating_ = false;
  int epoch_ = 0;  ///< that runs, from 1
  double last_ = 0;
};

}  // namespace

extern const FormatType llama_cpp_format{
    "llama.cpp",
    "llama-imatrix, llama-finetune, its older finetune and train-text-from-scratch",
    Breadth::framework,
    Evidence::stated,
    {"_imatrix", "train_opt_callback", "data=", ",["},
    make_format<LlamaCpp>};

}  // namespace joulecast::progress
