// What other programs write beside a training, and is no progress of it: the summaries of experiment
// trackers, in which "epoch 10" is a figure, and the compilers that PyTorch runs for its extensions.
//
//   wandb: Run summary:
//   wandb:      epoch 10
//   COMET INFO:     epoch : 10
//   wandb: Agent Starting Run: abcd1234 with config:      W&B's agent begins another run of a sweep
//   [1/3] /usr/local/cuda/bin/nvcc -DTORCH_EXTENSION_NAME=fused_adam -D_GLIBCXX_USE_CXX11_ABI=0 …
#include <fmt/format.h>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class BesideTraining final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern tracker(R"(^(?:wandb: |COMET (?:INFO|WARNING|ERROR): |\[neptune\] ))");
    static const Pattern compiler(
        R"(^\[\d+/\d+\] (?:(?:/[\w.+-]+)*/)?(?:nvcc|hipcc|c\+\+|g\+\+(?:-\d+)?|gcc(?:-\d+)?|cc|clang(?:\+\+)?(?:-\d+)?|icpx|x86_64-\S+|ninja|ccache|ar|ld|Building|Linking|Compiling|Generating|Performing|Running) )");
    static const Pattern sweep(R"(^wandb: Agent Starting Run: )");
    if (sweep.matches(line.full) || sweep.matches(line.text)) {
      ++run_;
      report.phase_begins(fmt::format("run {}", run_), Part{run_, {}, false, true});
      return true;
    }
    if (tracker.matches(line.full) || tracker.matches(line.text)) return true;
    if (!compiler.matches(line.text)) return false;
    report.prepares();
    return true;
  }

 private:
  int run_ = 0;  ///< of a sweep in this process
};

}  // namespace

extern const FormatType beside_training_format{
    "beside a training",
    "W&B's and Comet's summaries, compilers: no progress",
    Breadth::framework,
    Evidence::stated,
    {"wandb: ", "comet ", "[neptune]", "cc ", "++ ", "clang", "ninja", "building ", "linking ", "compiling ",
     "generating ", "performing ", "running ", "icpx", "x86_64", "] ar ", "] ld "},
    make_format<BesideTraining>};

}  // namespace joulecast::progress
