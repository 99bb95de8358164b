// Darknet (YOLO v1 to v4): batches.
//
//    100: 1.234567, 1.345678 avg loss, 0.001000 rate, 5.120000 seconds, 6400 images, 12.3 hours left
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Darknet final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern batch(
        R"(^(?P<batch>\d+): (?P<loss>[\d.]+), [\d.]+ avg(?: loss)?, [\d.]+ rate, [\d.]+ seconds, \d+ images)");
    static const Pattern data(R"(^Loaded: [\d.]+ seconds)");
    if (const auto match = batch.find(line.text)) {
      begun_ = true;
      if (const auto done = match->number("batch")) report.work_done(*done);
      if (const auto loss = match->number("loss")) report.metric("loss", *loss);
      return true;
    }
    return begun_ && data.matches(line.text);
  }

 private:
  bool begun_ = false;
};

}  // namespace

extern const FormatType darknet_format{"Darknet",        "batches of YOLO v1 to v4", Breadth::framework,
                                       Evidence::stated, {" avg", "loaded:"},        make_format<Darknet>};

}  // namespace joulecast::progress
