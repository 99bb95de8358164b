// Marian: updates, with the epoch that they are in.
//
//   [2021-07-17 12:54:33] Ep. 1 : Up. 14000 : Sen. 965,843 : Cost 5.20174599 : Time 359.59s : 3007.81 words/s
//   [2021-07-17 13:50:36] [valid] Ep. 1 : Up. 20000 : cross-entropy : 130.97 : new best
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

class Marian final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern update(
        R"(^Ep\. (?P<epoch>\d+)[.\d]* : Up\. (?P<update>\d[\d,]*) : Sen\. [\d,.a-zA-Z ]+ : Cost (?P<cost>\S+) :)");
    static const Pattern valid(
        R"(^(?:\[valid\] )?Ep\. \d+[.\d]* : Up\. \d+ : (?P<name>[\w-]+) : (?P<value>[-\d.]+))");
    if (const auto match = update.find(line.text)) {
      const auto epoch = match->whole("epoch");
      if (const auto done = match->number("update")) report.work_done(*done);
      if (epoch && epoch != epoch_) report.epoch_begins(*epoch);
      epoch_ = epoch;
      if (const auto cost = match->number("cost")) report.metric("cost", *cost, epoch);
      return true;
    }
    const auto match = valid.find(line.text);
    const auto value = match ? match->number("value") : std::nullopt;
    if (!value) return false;
    report.metric("val_" + std::string(match->text("name")), *value, epoch_);
    return true;
  }

 private:
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType marian_format{
    "Marian", "updates and validation", Breadth::framework, Evidence::stated, {"ep. "}, make_format<Marian>};

}  // namespace joulecast::progress
