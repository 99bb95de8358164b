#include "report/document/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

constexpr const char* hostile = "<script>alert('x')</script>|`$\\_{}\x1b[2J";

Document document() {
  Plot plot;
  plot.title = hostile;
  plot.series.push_back({hostile, Mark::line, {0, 1}, {1, 2}, {}});
  DataTable table{hostile, {Align::left, Align::right}, {"name", "value"}, {{hostile, "1"}, {"short row"}}};
  return {hostile,
          "subtitle",
          {{hostile, 1, {Paragraph{hostile}, Figure{plot, "what is seen", table}}},
           {"part", 2, {LeftOut{"Something", hostile}}}}};
}

TEST(Html, IsOnePageWithoutScriptsAndWithoutTheNetwork) {
  const auto html = to_html(document());
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("href=")));
  EXPECT_EQ(count(html, "http://"), count(html, "xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Html, HasEachPictureForWideAndForNarrowPagesAndItsTable) {
  const auto html = to_html(document());
  EXPECT_EQ(count(html, "role=\"img\""), 2u);
  EXPECT_EQ(count(html, "<details>"), 1u);
  EXPECT_EQ(count(html, "<style>"), 1u);  // once for all pictures
  EXPECT_EQ(count(html, "<pattern id=\"jc-gap\""), 1u);
}

TEST(Markdown, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(escape_markdown("a|b_c*d<e>"), "a\\|b\\_c\\*d\\<e\\>");
  const auto text = to_markdown(document());
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("|---|---:|"));
  EXPECT_THAT(text, HasSubstr("| short row |  |"));
  EXPECT_THAT(text, HasSubstr("### part"));
}

TEST(Latex, EscapesWhatWouldBeACommand) {
  EXPECT_EQ(escape_latex("50 % of \\x_1 {a} ~ ^ #$&"),
            "50 \\% of \\textbackslash{}x\\_1 \\{a\\} \\textasciitilde{} \\textasciicircum{} \\#\\$\\&");
  EXPECT_EQ(escape_latex("±60 % · 3 µJ"), "$\\pm$60 \\% \\textperiodcentered{} 3 \\textmu{}J");
  const auto text = to_latex(document());
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{lr}"));
  EXPECT_THAT(text, HasSubstr("\\subsection{part}"));
  EXPECT_EQ(count(text, "\\begin{"), count(text, "\\end{"));
}

TEST(Text, KeepsToItsWidthAndUnderlinesTitles) {
  Document plain{
      "A title", "", {{"Section", 1, {Paragraph{std::string(30, 'w') + " " + std::string(30, 'v')}}}}};
  const auto text = to_text(plain, 40);
  EXPECT_THAT(text, HasSubstr("A title\n=======\n"));
  EXPECT_THAT(text, HasSubstr("Section\n-------\n"));
  EXPECT_THAT(text, HasSubstr("w\nv"));
  EXPECT_THAT(to_text(document()), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace joulecast::report
