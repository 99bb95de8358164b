// RAFT (optical flow) and what is built on it: GMA, FlowFormer, RAFT-Stereo. Their figures have no names.
//
//   [   100,  0.0003600] 0.9100, 0.5200, 0.6200, 9.0000,                    the step and the learning rate
//   [ 100, [2.3958680439853386e-07]] 0.5127, 0.0426, 0.5117,
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Raft final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern status(
        R"(^\[ *(?P<step>\d+), +\[?[\d.]+(?:e-?\d+)?\]{1,2} (?:-?\d+\.\d+(?:e-?\d+)?,? *|nan,? *){2,}$)");
    const auto match = status.find(line.text);
    const auto step = match ? match->number("step") : std::nullopt;
    if (step) report.work_done(*step);
    return step.has_value();
  }
};

}  // namespace

extern const FormatType raft_format{"RAFT",
                                    "steps of RAFT, GMA, FlowFormer, RAFT-Stereo",
                                    Breadth::framework,
                                    Evidence::stated,
                                    {"] "},
                                    make_format<Raft>};

}  // namespace joulecast::progress
