// Hydra's multirun: jobs of a sweep, one after another in the same process.
//
//   [2024-05-01 12:00:00,123][HYDRA] Launching 3 jobs locally
//   [2024-05-01 12:00:00,124][HYDRA]        #0 : lr=0.1
//
// They need not be of the same size.
#include <fmt/format.h>

#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Hydra final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern launch(R"(\[HYDRA\]\s+Launching (?P<jobs>\d+) jobs locally)");
    static const Pattern job(R"(\[HYDRA\]\s+#(?P<number>\d+) :)");
    if (const auto match = launch.find(line.full)) {
      jobs_ = match->whole("jobs");
      return true;
    }
    const auto match = job.find(line.full);
    const auto number = match ? match->whole("number") : std::nullopt;
    if (!number) return false;
    if (jobs_ != 1) report.phase_begins(fmt::format("job {}", *number), Part{*number, jobs_, false, true});
    return true;
  }

 private:
  std::optional<int> jobs_;
};

}  // namespace

extern const FormatType hydra_format{"Hydra",          "the jobs of a multirun",     Breadth::framework,
                                     Evidence::stated, {"hydra]", "launching", "#"}, make_format<Hydra>};

}  // namespace joulecast::progress
