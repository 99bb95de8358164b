#include <fmt/format.h>

#include "base/printable.hpp"
#include "report/document/document.hpp"

namespace joulecast::report {
namespace {

std::string row_text(const std::vector<std::string>& cells, std::size_t columns) {
  std::string text;
  for (std::size_t i = 0; i < columns; ++i)
    text += (i > 0 ? " & " : "  ") + (i < cells.size() ? escape_latex(cells[i]) : "");
  return text + " \\\\\n";
}

struct Latex {
  std::string operator()(const Paragraph& paragraph) const { return escape_latex(paragraph.text) + "\n\n"; }
  std::string operator()(const LeftOut& left_out) const {
    return fmt::format("\\emph{{{}: {}.}}\n\n", escape_latex(left_out.what), escape_latex(left_out.why));
  }
  std::string operator()(const DataTable& table) const {
    std::string text = "\\begin{table}[htbp]\n\\centering\n";
    if (!table.caption.empty()) text += "\\caption{" + escape_latex(table.caption) + "}\n";
    text += "\\begin{tabular}{";
    for (const auto align : table.columns) text += align == Align::right ? 'r' : 'l';
    text += "}\n\\toprule\n" + row_text(table.header, table.columns.size()) + "\\midrule\n";
    for (const auto& row : table.rows) text += row_text(row, table.columns.size());
    return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n\n";
  }
  std::string operator()(const Figure& figure) const {
    const auto caption = escape_latex(figure.caption) + "\n\n";
    return figure.table ? caption + (*this)(*figure.table) : caption;
  }
};

}  // namespace

std::string escape_latex(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '\\':
        out += "\\textbackslash{}";
        break;
      case '~':
        out += "\\textasciitilde{}";
        break;
      case '^':
        out += "\\textasciicircum{}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  }
  // In text fonts without these characters.
  for (const auto& [from, to] : {std::pair{"±", "$\\pm$"}, std::pair{"µ", "\\textmu{}"},
                                 std::pair{"…", "\\dots{}"}, std::pair{"·", "\\textperiodcentered{}"}})
    for (auto at = out.find(from); at != std::string::npos; at = out.find(from, at + 1))
      out.replace(at, std::string_view(from).size(), to);
  return out;
}

std::string to_latex(const Document& document) {
  auto text = "% " + printable(document.title) + "\n% \\usepackage{booktabs}\n";
  for (const auto& section : document.sections) {
    text +=
        fmt::format("\n\\{}section{{{}}}\n", section.level == 1 ? "" : "sub", escape_latex(section.title));
    for (const auto& block : section.blocks) text += std::visit(Latex{}, block);
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace joulecast::report
