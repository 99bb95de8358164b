// Bars of other libraries, whose titles are the programs' own: alive-progress, click, progressbar2.
//
//   Epoch 3 |████████▌               | ▄▆█ 34/100 [34%] in 3s (~6s, 11.2/s)
//   Epoch 1/3  [####################----------------]  11/20  00:00:00
//    45% (45 of 100) |########          | Elapsed Time: 0:00:04 ETA:   0:00:05
//   [=========>          ] 45/100 loss 0.31
//   gbm Model Build progress: |███████████                  | 38%          H2O
//   Training  38%|███████▋            |  ETA: 0:00:10                      Julia's ProgressMeter
#include "base/text.hpp"
#include "progress/bar_progress.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// What a loop draws itself: "[####    ]", "[==>   ]", "[█████-----]".
const std::string bracket = R"(\[(?:[#=*>._ -]|█|■|░|·){5,}\])";

std::optional<Bar> find_bar(std::string_view text) {
  static const Pattern alive(
      R"(^(?P<title>.*?) ?\|[^|]*\| [^|\[\]]*?(?P<done>\d[\d,]*)/(?P<total>\d[\d,]*) \[\d+%\] in )");
  static const Pattern click(R"(^(?P<title>.*?) *\[[#=*-]*-*\] +(?P<done>\d+)/(?P<total>\d+)(?:  |$))");
  static const Pattern progressbar(
      R"(^(?P<title>.*?) *\d+% \((?P<done>\d+) of (?P<total>\d+)\) ?\|[^|]*\| Elapsed Time: )");
  static const Pattern own((R"(^(?P<title>.*?) *)" + bracket +
                            R"( +(?:\d+(?:\.\d+)?% +)?(?P<done>\d+)/(?P<total>\d+)\b(?P<figures>.*)$)")
                               .c_str());
  auto match = alive.find(text);
  if (!match) match = progressbar.find(text);
  if (!match) match = click.find(text);
  bool has_figures = false;
  if (!match) has_figures = (match = own.find(text)).has_value();
  if (!match) return std::nullopt;
  const auto done = match->number("done");
  if (!done) return std::nullopt;
  auto title = trim(match->text("title"));
  if (title.ends_with(':')) title.remove_suffix(1);
  Bar bar;
  bar.title = title;
  bar.done = *done;
  bar.total = match->number("total");
  if (has_figures) bar.figures = match->text("figures");
  return bar;
}

/// click shows a percentage where it is not told to show the count.
std::optional<Bar> find_percentage(std::string_view text) {
  static const Pattern click(R"(^(?P<title>.*?) *\[#*-*\] +(?P<percent>\d+)%(?:  \d\d:\d\d:\d\d.*)?$)");
  static const Pattern own(
      (R"(^(?P<title>\D*?) *)" + bracket + R"( +(?P<percent>\d+)(?:\.\d+)?%(?P<figures>(?:[ ,|].*)?)$)")
          .c_str());
  // What it builds is the model: the training itself.
  static const Pattern h2o(
      R"(^(?P<title>)\w+ (?:Model Build|Grid Build|prediction) progress: *\|[█ ]+\| (?P<percent>\d+)%$)");
  static const Pattern julia(
      R"(^(?P<title>\D*?):? *(?P<percent>\d+)%(?:\|[^|]*\||┣[^┫]*┫) +(?:ETA|Time): +[\d:.]+)");
  auto match = click.find(text);
  for (const auto* pattern : {&h2o, &julia})
    if (!match) match = pattern->find(text);
  const bool has_figures = !match && (match = own.find(text)).has_value();
  const auto percent = match ? match->number("percent") : std::nullopt;
  if (!percent) return std::nullopt;
  Bar bar;
  bar.title = trim(match->text("title"));
  bar.done = *percent;
  bar.total = 100;
  if (has_figures) bar.figures = match->text("figures");
  return bar;
}

class Bars final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (const auto bar = find_bar(line.text)) {
      bars_.read(*bar, line, report);
      return true;
    }
    if (const auto bar = find_percentage(line.text)) {
      bars_.read_percent(*bar, report);
      return true;
    }
    bars_.notice(line);
    return false;
  }

 private:
  BarProgress bars_;
};

}  // namespace

extern const FormatType bars_format{
    "other bars",
    "alive-progress, click, progressbar2, a loop's own \"[###   ] 3/10\"",
    Breadth::library,
    Evidence::stated,
    {"] in ", "##", "--]", "==", " ]", "#]", "\xe2\x96\x88", "elapsed time", "epoch", "eta:"},
    make_format<Bars>};

}  // namespace joulecast::progress
