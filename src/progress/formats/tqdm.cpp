// tqdm's bars, in the usual ways of naming and nesting them:
//
//   Epochs:  33%|███▎      | 1/3 [00:01<00:02,  1.02s/it]        epochs
//   Epoch 3/10:  45%|████▌     | 45/100 [00:03<00:04, 12.3it/s]   steps of an epoch
//   Steps:   3%|▎         | 9/300 [00:00<00:03, 80.4it/s, epoch=0, step_loss=0.68]
//    45%|████▌     | 45/100 [00:03<00:04, 12.3it/s]               who knows
//
// Bars of downloads, of the data's preparation and of evaluations are no training. Percentages are never
// numbers of epochs.
#include "progress/bar_progress.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Tqdm final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    const auto bar = find_tqdm_bar(line.text);
    if (!bar) {
      // A bar that a narrow terminal cuts before its count is no line of a loop.
      static const Pattern cut(R"(\d{1,3}%\|)");
      if (cut.matches(line.text)) return true;
      bars_.notice(line);
      return bars_.take_figures(line, report);
    }
    bars_.read(*bar, line, report);
    return true;
  }

 private:
  BarProgress bars_;
};

}  // namespace

extern const FormatType tqdm_format{
    "tqdm",
    "range and trange over epochs, steps of an epoch, nested bars, bare bars",
    Breadth::library,
    Evidence::stated,
    {"%", " [", "epoch",
     // figures after a bar
     "acc", "loss", "f1", "map", "score", "auc", "iou", "dice", "bleu", "rouge", "wer", "cer", "ppl",
     "perplexity", "val", "dev", "err", "reward"},
    make_format<Tqdm>};

}  // namespace joulecast::progress
