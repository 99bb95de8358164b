#include <fmt/format.h>

#include "base/printable.hpp"
#include "report/document/document.hpp"

namespace joulecast::report {
namespace {

std::string row_text(const std::vector<std::string>& cells, std::size_t columns) {
  std::string text = "|";
  for (std::size_t i = 0; i < columns; ++i)
    text += " " + (i < cells.size() ? escape_markdown(cells[i]) : "") + " |";
  return text + "\n";
}

struct Markdown {
  std::string operator()(const Paragraph& paragraph) const {
    return escape_markdown(paragraph.text) + "\n\n";
  }
  std::string operator()(const LeftOut& left_out) const {
    return fmt::format("*{}: {}.*\n\n", escape_markdown(left_out.what), escape_markdown(left_out.why));
  }
  std::string operator()(const DataTable& table) const {
    std::string text;
    if (!table.caption.empty()) text += escape_markdown(table.caption) + "\n\n";
    text += row_text(table.header, table.columns.size()) + "|";
    for (const auto align : table.columns) text += align == Align::right ? "---:|" : "---|";
    text += "\n";
    for (const auto& row : table.rows) text += row_text(row, table.columns.size());
    return text + "\n";
  }
  std::string operator()(const Figure& figure) const {
    const auto caption = escape_markdown(figure.caption) + "\n\n";
    return figure.table ? caption + (*this)(*figure.table) : caption;
  }
};

}  // namespace

std::string escape_markdown(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]<>|#~&";
  std::string out;
  for (const char c : printable(text)) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string to_markdown(const Document& document) {
  auto text = "# " + escape_markdown(document.title) + "\n\n";
  if (!document.subtitle.empty()) text += escape_markdown(document.subtitle) + "\n\n";
  for (const auto& section : document.sections) {
    text += std::string(static_cast<std::size_t>(section.level) + 1, '#') + " " +
            escape_markdown(section.title) + "\n\n";
    for (const auto& block : section.blocks) text += std::visit(Markdown{}, block);
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace joulecast::report
