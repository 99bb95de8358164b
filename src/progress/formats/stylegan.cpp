// StyleGAN 2 and 3, and what was made from them: thousands of images.
//
//   Training for 25000 kimg...
//   tick 1     kimg 4.0      time 1m 12s       sec/tick 39.1    sec/kimg 9.77    maintenance 13.1   …
//   tick 1     kimg 4.0 / 120.0   …
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

constexpr double images = 1000;  ///< in a kimg

class StyleGan final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern total(R"(^training for (?P<total>\d+(?:\.\d+)?) kimg)");
    static const Pattern tick(
        R"(^tick\s+\d+\s+kimg\s+(?P<done>\d+(?:\.\d+)?)(?:\s*/\s*(?P<total>\d+(?:\.\d+)?))?\s)");
    if (const auto match = total.find(line.lowered)) {
      report.run_begins();
      total_ = match->number("total");
      return true;
    }
    const auto match = tick.find(line.lowered);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    if (const auto of = match->number("total")) total_ = of;
    std::optional<double> all;
    if (total_) all = *total_ * images;
    report.work_done(*done * images, all, Unit::sample);
    return true;
  }

 private:
  std::optional<double> total_;
};

}  // namespace

extern const FormatType stylegan_format{"StyleGAN",         "StyleGAN 2 and 3: thousands of images",
                                        Breadth::framework, Evidence::stated,
                                        {"kimg"},           make_format<StyleGan>};

}  // namespace joulecast::progress
