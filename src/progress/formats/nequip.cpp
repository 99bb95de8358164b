// NequIP and Allegro: rows of batches, and a block at each epoch's end.
//
//   # Epoch batch         loss       loss_f        f_mae
//         1    10        0.999        0.901        0.801
//   ! Train               1   12.345    0.005          0.9         0.99
//   ! Validation          1   12.345    0.005          0.9         0.99
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class NequIp final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern header(R"(^# Epoch batch +)");
    static const Pattern set(R"(^(?P<set>training|validation)$)");
    static const Pattern row(R"(^(?P<epoch>\d+) +(?P<batch>\d+) +-?[\d.]+(?:e[-+]?\d+)?(?: |$))");
    static const Pattern result(R"(^! (?:Train|Validation|Initial Validation) +(?P<epoch>\d+) +[\d.]+ )");
    if (const auto match = set.find(line.text)) {
      of_training_ = match->text("set") == "training";
      return headed_;
    }
    if (header.matches(line.text)) return headed_ = true;
    if (!headed_) return false;
    if (const auto match = result.find(line.text)) {
      const auto epoch = match->whole("epoch");
      // The validation before the first epoch is numbered 0.
      if (epoch && (epoch_ == epoch || *epoch > 0)) report.epoch_ends(*epoch);
      return true;
    }
    const auto match = row.find(line.text);
    const auto epoch = match ? match->whole("epoch") : std::nullopt;
    const auto batch = match ? match->number("batch") : std::nullopt;
    if (!epoch || !batch) return false;
    if (!of_training_) return true;
    if (epoch_ != epoch) report.epoch_begins(*epoch);
    epoch_ = epoch;
    report.epoch_steps(*batch, {}, epoch);
    return true;
  }

 private:
  bool headed_ = false;
  bool of_training_ = false;
  std::optional<int> epoch_;
};

}  // namespace

extern const FormatType nequip_format{"NequIP",
                                      "epochs and batches of NequIP and Allegro",
                                      Breadth::framework,
                                      Evidence::stated,
                                      {},  // rows have no words
                                      make_format<NequIp>};

}  // namespace joulecast::progress
