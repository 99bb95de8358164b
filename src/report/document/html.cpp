#include <fmt/format.h>

#include "report/document/document.hpp"

namespace joulecast::report {
namespace {

constexpr SvgOptions wide{.width = 760, .height = 380, .embedded = true};
constexpr SvgOptions narrow{.width = 328, .height = 300, .embedded = true};

// The pictures keep their natural size, so that their text is as large as that of the page.
constexpr const char* page_style = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b2229;--soft:#5b6670;--line:#d5dade;--card:#f5f7f9}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaee;--soft:#a3adb7;--line:#39424b;--card:#1b2127}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}
main{max-width:792px;margin:0 auto;padding:16px}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem;overflow-wrap:anywhere}
p{margin:.5rem 0;overflow-wrap:anywhere}
.subtitle,figcaption,.left-out{color:var(--soft)}
.left-out{padding-left:.8rem;border-left:3px solid var(--line)}
figure{margin:1rem 0}
figcaption{font-size:.92rem;overflow-wrap:anywhere}
figcaption strong{color:var(--ink)}
svg{display:block;max-width:100%;height:auto}
.patterns{position:absolute;width:0;height:0}
.narrow{display:none}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.3rem 0}
th,td{padding:.25rem .7rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
.number{text-align:right;white-space:nowrap}
summary{cursor:pointer;color:var(--soft);font-size:.92rem;padding:.3rem 0}
:focus-visible{outline:2px solid #0072b2;outline-offset:2px}
@media (max-width:799px){.wide{display:none}.narrow{display:block}}
@media print{body{font-size:11pt}main{max-width:none;padding:0}.wide{display:block}.narrow,details:not([open]){display:none}h2,h3{break-after:avoid}figure,tr{break-inside:avoid}}
)";

std::string table_html(const DataTable& table, bool with_caption) {
  // A table that is wider than the page is scrolled with the keyboard too.
  auto text = fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>\n",
                          table.caption.empty() ? "table" : escape_xml(table.caption));
  if (with_caption && !table.caption.empty())
    text += "<caption>" + escape_xml(table.caption) + "</caption>\n";
  const auto cell = [&](const char* tag, std::size_t column, const std::string& content) {
    const bool number = column < table.columns.size() && table.columns[column] == Align::right;
    const auto* scope = tag[1] == 'h' ? " scope=\"col\"" : "";
    return fmt::format("<{}{}{}>{}</{}>", tag, scope, number ? " class=\"number\"" : "", escape_xml(content),
                       tag);
  };
  if (!table.header.empty()) {
    text += "<thead><tr>";
    for (std::size_t i = 0; i < table.header.size(); ++i) text += cell("th", i, table.header[i]);
    text += "</tr></thead>\n";
  }
  text += "<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) text += cell("td", i, row[i]);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

struct Html {
  std::string operator()(const Paragraph& paragraph) const {
    return "<p>" + escape_xml(paragraph.text) + "</p>\n";
  }
  std::string operator()(const DataTable& table) const { return table_html(table, true); }
  std::string operator()(const LeftOut& left_out) const {
    return fmt::format("<p class=\"left-out\">{}: {}.</p>\n", escape_xml(left_out.what),
                       escape_xml(left_out.why));
  }
  std::string operator()(const Figure& figure) const {
    auto text = fmt::format("<figure>\n<figcaption><strong>{}.</strong> {}</figcaption>\n",
                            escape_xml(title_of(figure.drawing)), escape_xml(figure.caption));
    text += "<div class=\"wide\">" + to_svg(figure.drawing, wide) + "</div>\n";
    text += "<div class=\"narrow\">" + to_svg(figure.drawing, narrow) + "</div>\n";
    if (figure.table)
      text += "<details><summary>The same as a table</summary>\n" + table_html(*figure.table, true) +
              "</details>\n";
    return text + "</figure>\n";
  }
};

}  // namespace

std::string to_html(const Document& document) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"generator\" content=\"Joulecast\">\n";
  text += fmt::format("<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n", escape_xml(document.title),
                      page_style, svg_style());
  text += fmt::format("<svg class=\"patterns\" aria-hidden=\"true\">{}</svg>\n", svg_patterns());
  text += fmt::format("<main>\n<h1>{}</h1>\n", escape_xml(document.title));
  if (!document.subtitle.empty()) text += "<p class=\"subtitle\">" + escape_xml(document.subtitle) + "</p>\n";
  for (const auto& section : document.sections) {
    const int level = section.level + 1;
    text += fmt::format("<h{0}>{1}</h{0}>\n", level, escape_xml(section.title));
    for (const auto& block : section.blocks) text += std::visit(Html{}, block);
  }
  return text + "</main>\n</body>\n</html>\n";
}

}  // namespace joulecast::report
