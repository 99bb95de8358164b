// DeePMD-kit: a line of errors and one of times at every so many batches.
//
//   DEEPMD INFO    batch     100: trn: rmse = 1.2e+01, rmse_e = 1.0e-01, lr = 1.00e-03
//   DEEPMD INFO    batch     100: total wall time = 3.24 s, eta = 0:01:00
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class DeepMd final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern batch(
        R"(\bbatch +(?P<done>\d+): (?:(?P<set>trn|val): (?:rmse = (?P<rmse>[\d.e+-]+))?|(?:total )?(?:wall|training) time = ))");
    const auto match = batch.find(line.full);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    report.work_done(*done);
    if (const auto error = match->number("rmse"))
      report.metric(match->text("set") == "val" ? "val_rmse" : "train_rmse", *error);
    return true;
  }
};

}  // namespace

extern const FormatType deepmd_format{"DeePMD-kit",     "batches",  Breadth::framework,
                                      Evidence::stated, {"batch "}, make_format<DeepMd>};

}  // namespace joulecast::progress
