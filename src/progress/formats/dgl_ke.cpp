// DGL-KE: each process tells its own steps, and of how many.
//
//   [proc 0][Train](1000/24000) average pos_loss: 0.512
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class DglKe final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern step(
        R"(\[Train\]\((?P<done>\d+)/(?P<total>\d+)\) average (?P<name>\w+): (?P<value>[\d.e+-]+))");
    const auto match = step.find(line.full);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    report.work_done(*done, match->number("total"));
    const auto value = match->number("value");
    if (value && match->text("name") == "loss") report.metric("train_loss", *value);
    return true;
  }
};

}  // namespace

extern const FormatType dgl_ke_format{"DGL-KE",           "steps of its processes",
                                      Breadth::framework, Evidence::stated,
                                      {"[train]("},       make_format<DglKe>};

}  // namespace joulecast::progress
