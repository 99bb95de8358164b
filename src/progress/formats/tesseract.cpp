// Tesseract's lstmtraining: iterations that learned, of training, and of samples.
//
//   At iteration 14615/695400/698614, Mean rms=0.158%, delta=0.295%, char train=1.882%, …
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Tesseract final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern iteration(R"(^At iteration \d+/(?P<done>\d+)/\d+, [Mm]ean rms=(?P<rms>[\d.]+)%)");
    const auto match = iteration.find(line.text);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    report.work_done(*done);
    if (const auto rms = match->number("rms")) report.metric("rms", *rms / 100);
    return true;
  }
};

}  // namespace

extern const FormatType tesseract_format{"Tesseract",        "iterations of lstmtraining",
                                         Breadth::framework, Evidence::stated,
                                         {"at iteration"},   make_format<Tesseract>};

}  // namespace joulecast::progress
