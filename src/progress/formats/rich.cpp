// rich's Progress and track(), whose titles are the programs' own:
//
//   Epoch           ━━━━━━━━━╺━━━━━━━━━━━━━━━━ 1/3   -:--:--
//   Step of epoch 2 ━━━━━━━━━━━━━━━━━━━╺━━━━━━ 12/20 0:00:01
//   Training... ━━━━━╺━━━━━━━━━━━━━━━━━━━━━━━━━  12% 0:00:02
#include "progress/bar_progress.hpp"
#include "progress/format.hpp"
#include "progress/lines/rich_bar.hpp"

namespace joulecast::progress {
namespace {

class Rich final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    const auto rich = find_rich_bar(line.text);
    if (!rich) {
      bars_.notice(line);
      return false;
    }
    if (rich->percent)
      bars_.read_percent(rich->bar, report);
    else
      bars_.read(rich->bar, line, report);
    return true;
  }

 private:
  BarProgress bars_;
};

}  // namespace

extern const FormatType rich_format{"rich",
                                    "Progress and track(): epochs, steps of an epoch, percentages",
                                    Breadth::library,
                                    Evidence::stated,
                                    {"\xe2\x94\x81", "\xe2\x95\xba", "-----", "epoch"},
                                    make_format<Rich>};

}  // namespace joulecast::progress
