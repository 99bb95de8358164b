#include "report/pictures/svg.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/pictures/scale.hpp"
#include "report/pictures/terminal_plot.hpp"

namespace joulecast::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  for (const auto& tick : ticks) out.push_back(tick.label);
  return out;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

Plot power_plot() {
  Plot plot;
  plot.title = "Power <of> \"A & B\"";
  plot.x.label = "time (s)";
  plot.y.label = "power (W)";
  plot.series.push_back({"gpu", Mark::line, {0, 1, 2, 3}, {100, 120, 90, 300}, {}});
  plot.bands.push_back({"90 % interval", {0, 3}, {80, 200}, {130, 400}});
  plot.rules.push_back({"stable", 1.5});
  return plot;
}

TEST(NiceTicks, AreRoundNumbersInside) {
  EXPECT_THAT(labels(nice_ticks(0, 1, 5, false)), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(labels(nice_ticks(-3, 12, 3, false)), ElementsAre("0", "5", "10"));
  EXPECT_THAT(labels(nice_ticks(0.97123, 0.97166, 4, false)),
              ElementsAre("0.9713", "0.9714", "0.9715", "0.9716"));
}

TEST(NiceTicks, OnALogarithmicAxisAreDecades) {
  EXPECT_THAT(labels(nice_ticks(0.5, 2000, 5, true)), ElementsAre("1", "10", "100", "1000"));
  // The ratio of the ends is more than a number can hold.
  for (const auto& [value, label] : nice_ticks(1e-308, 1e8, 4, true)) {
    EXPECT_GE(value, 1e-308);
    EXPECT_LE(value, 1e8);
  }
  EXPECT_LE(nice_ticks(1e-308, 1e8, 4, true).size(), 6);
  EXPECT_GE(nice_ticks(1e-308, 1e8, 4, true).size(), 3);
  EXPECT_THAT(labels(nice_ticks(1, 60, 8, true)), ElementsAre("1", "2", "5", "10", "20", "50"));
  EXPECT_THAT(labels(nice_ticks(0.02, 5, 5, true)), ElementsAre("0.03", "0.1", "0.3", "1", "3"));
}

TEST(NiceTicks, AreNoneForARangeThatIsNone) {
  EXPECT_TRUE(nice_ticks(1, 1, 5, false).empty());
  EXPECT_TRUE(nice_ticks(std::nan(""), 1, 5, false).empty());
}

TEST(Scale, WidensAConstantAndIgnoresWhatCannotBeShown) {
  Scale scale(Axis{});
  scale.include(5);
  scale.include(std::numeric_limits<double>::infinity());
  scale.finish();
  EXPECT_LT(scale.low(), 5);
  EXPECT_GT(scale.high(), 5);
  EXPECT_NEAR(scale.position(5), 0.5, 1e-12);

  Scale logarithmic(Axis{.label = "", .logarithmic = true, .min = {}, .max = {}});
  logarithmic.include(std::vector<double>{0, -1, 1, 100});
  logarithmic.finish();
  EXPECT_NEAR(logarithmic.position(10), 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(logarithmic.position(0)));
}

TEST(Scale, DoesNotShowNegativeAmountsWhereThereAreNone) {
  Scale scale(Axis{});
  scale.include(std::vector<double>{1, 100});
  scale.finish();
  EXPECT_EQ(scale.low(), 0);
}

TEST(EscapeXml, KeepsTextAndDropsWhatXmlForbids) {
  EXPECT_EQ(escape_xml("a<b & \"c\" 'd'>"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39;&gt;");
  EXPECT_EQ(escape_xml("caf\xc3\xa9 \xe2\x82\xac"), "caf\xc3\xa9 \xe2\x82\xac");
  EXPECT_EQ(escape_xml("x\x01y\n"), "x y ");
  EXPECT_EQ(escape_xml("latin\xe9!"), "latin\xef\xbf\xbd!");
  EXPECT_EQ(escape_xml("cut\xe2\x82"), "cut\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Svg, HoldsTitleAxesLegendAndEscapesThem) {
  const auto svg = to_svg(power_plot());
  EXPECT_THAT(svg, HasSubstr("<title>Power &lt;of&gt; &quot;A &amp; B&quot;</title>"));
  for (const char* text : {"time (s)", "power (W)", ">gpu<", ">90 % interval<", ">stable<"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme:dark"));
}

TEST(Svg, BreaksALineAtAGap) {
  Plot plot;
  plot.series.push_back({"", Mark::line, {0, 100, 200, 300, 400}, {1, 2, std::nan(""), 2, 1}, {}});
  const auto svg = to_svg(plot);
  const auto path = svg.substr(svg.find("c0 l\""));
  EXPECT_EQ(count(path.substr(0, path.find("/>")), "M"), 2u);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Svg, ThinsALongTraceAndKeepsItsPeak) {
  Plot plot;
  Series trace;
  for (int i = 0; i < 200'000; ++i) {
    trace.x.push_back(i);
    trace.y.push_back(i == 123'456 ? 1000 : 100 + i % 7);
  }
  plot.series.push_back(trace);
  plot.y.min = 0;
  plot.y.max = 1000;
  const auto svg = to_svg(plot, {.width = 760, .height = 420});
  EXPECT_LT(svg.size(), 60'000u);
  const auto path = svg.substr(svg.find("c0 l\""));
  EXPECT_THAT(path, HasSubstr(" 18.0L"));  // y = 1000 is the top of the frame
}

TEST(Svg, DrawsAGapInABandAsAGap) {
  Plot plot;
  plot.bands.push_back({"gpu", {0, 1, 2, 3, 4}, {0, 0, 0, 0, 0}, {1, 2, std::nan(""), 2, 1}, true});
  const auto svg = to_svg(plot);
  const auto path = svg.substr(svg.rfind("<path class=\"layer\""));
  EXPECT_EQ(count(path.substr(0, path.find("/>")), "Z"), 2u);
}

TEST(Svg, SaysThatAnAxisIsLogarithmic) {
  auto plot = power_plot();
  plot.y.logarithmic = true;
  EXPECT_THAT(to_svg(plot), HasSubstr(">power (W) (log scale)<"));
}

TEST(Svg, TellsSeriesOfDotsApartByTheirShape) {
  Plot plot;
  for (const char* name : {"a", "b", "c"}) plot.series.push_back({name, Mark::dots, {1, 2}, {1, 2}, {}});
  const auto svg = to_svg(plot);
  EXPECT_EQ(count(svg, "<circle class=\"c0 d\""), 3u);  // two points and the legend
  EXPECT_EQ(count(svg, "M-.9-.9H.9V.9H-.9Z"), 3u);
  EXPECT_EQ(count(svg, "M0-1.2L1.1.8H-1.1Z"), 3u);
}

TEST(Svg, SaysHowManyNamesItHadNoRoomFor) {
  Plot plot;
  Series dots{"", Mark::dots, {}, {}, {}};
  for (int i = 0; i < 60; ++i) {
    dots.x.push_back(i);
    dots.y.push_back(0);
    dots.point_labels.push_back("a rather long name of a network");
  }
  plot.series.push_back(dots);
  const auto svg = to_svg(plot);
  EXPECT_THAT(svg, HasSubstr("no room for "));
  EXPECT_GE(count(svg, "a rather long name"), 2u);
}

TEST(Svg, AnEmbeddedPictureLeavesStyleAndTitleToItsPage) {
  const auto svg = to_svg(power_plot(), {.embedded = true});
  EXPECT_THAT(svg, Not(HasSubstr("<style>")));
  EXPECT_THAT(svg, Not(HasSubstr("font-weight")));
  EXPECT_THAT(svg, HasSubstr("<title>"));  // for screen readers
}

TEST(Svg, DrawsOnePanelForEachPlotOnOneTimeAxis) {
  Panels panels{.title = "GPUs", .subtitle = "", .plots = {}, .same_y = true};
  for (int i = 0; i < 20; ++i) panels.plots.push_back(power_plot());
  panels.plots[0].title = "GPU 0";
  const auto svg = to_svg(panels);
  EXPECT_THAT(svg, HasSubstr("the first 16 of 20"));
  EXPECT_EQ(count(svg, ">time (s)<"), 1u);
  EXPECT_EQ(to_svg(Panels{}), "");
}

TEST(Svg, DrawsIntervalsWithoutAZeroLine) {
  IntervalPlot plot;
  plot.rows = {{"a", 101, 100, 102}, {"b", 103, std::nan(""), std::nan(""), "no interval"}};
  const auto svg = to_svg(plot);
  EXPECT_THAT(svg, HasSubstr(">no interval<"));
  EXPECT_THAT(svg, Not(HasSubstr(">0<")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Svg, DrawsEveryRunOfABoxPlotAndSaysWhatItLeavesOut) {
  BoxPlot plot;
  plot.title = "Energy";
  plot.groups = {{"a", {1, 2, 3, 4, 100}}, {"empty", {}}};
  const auto svg = to_svg(plot);
  EXPECT_EQ(count(svg, "<circle"), 5u);
  EXPECT_THAT(svg, HasSubstr("empty (n=0)"));
  for (int i = 0; i < 70; ++i) plot.groups.push_back({"g", {1.0}});
  EXPECT_THAT(to_svg(plot), HasSubstr("the first 60 of 72 groups"));
}

TEST(TerminalPlot, KeepsToItsWidthAndNamesItsSeries) {
  const auto text = to_terminal(power_plot(), {.width = 60, .height = 10, .unicode = false, .colour = false});
  EXPECT_THAT(text, HasSubstr("power (W)"));
  EXPECT_THAT(text, HasSubstr("* gpu"));
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    EXPECT_LE(end - at, 60u) << text.substr(at, end - at);
    at = end + 1;
  }
}

TEST(TerminalPlot, PutsHighValuesAbove) {
  Plot plot;
  plot.series.push_back({"", Mark::dots, {0, 1}, {0, 1}, {}});
  const auto text = to_terminal(plot, {.width = 40, .height = 8, .unicode = false, .colour = false});
  const auto first = text.find('*');
  const auto second = text.find('*', first + 1);
  ASSERT_NE(second, std::string::npos);
  const auto column = [&](std::size_t at) { return at - text.rfind('\n', at); };
  EXPECT_GT(column(first), column(second));  // the upper mark is the one on the right
}

TEST(TerminalPlot, DoesNotPassControlCharactersOn) {
  Plot plot;
  plot.title = "evil\x1b[2Jname";
  EXPECT_THAT(to_terminal(plot, {}), Not(HasSubstr("\x1b")));
}

TEST(TerminalPlot, ShowsBoxesInOrder) {
  BoxPlot plot;
  plot.groups = {{"low", {1, 2, 3}}, {"high", {101, 102, 103}}};
  const auto text = to_terminal(plot, {.width = 60, .height = 8, .unicode = false, .colour = false});
  const auto low = text.find('|');
  const auto high = text.find('|', text.find("high"));
  EXPECT_LT(low, text.find('\n'));
  EXPECT_GT(high - text.find('\n'), low + 20);
}

TEST(Svg, ManyBoxesAreDrawnCloserAndKeepTheirCounts) {
  const auto height_of = [](std::size_t groups) {
    BoxPlot plot{"Boxes", "", {}, {}};
    for (std::size_t i = 0; i < groups; ++i)
      plot.groups.push_back(
          {"a network with a name that is much longer than its room in the picture " + std::to_string(i),
           {1, 2, 3}});
    const auto svg = to_svg(plot, {});
    EXPECT_THAT(svg, HasSubstr("… (n=3)"));
    const auto at = svg.find("viewBox=\"0 0 ");
    return std::stod(svg.substr(svg.find(' ', at + 13)));
  };
  EXPECT_LT(height_of(40), 22 * 40 + 150);
  EXPECT_GT(height_of(5), 44 * 5);
}

}  // namespace
}  // namespace joulecast::report
