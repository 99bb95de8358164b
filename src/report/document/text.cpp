#include <algorithm>

#include "base/printable.hpp"
#include "report/document/document.hpp"
#include "report/plain_text.hpp"

namespace joulecast::report {
namespace {

struct Text {
  std::size_t width;
  [[nodiscard]] std::string lines(const std::string& text) const {
    return wrapped(printable(text), width, "") + "\n\n";
  }
  std::string operator()(const Paragraph& paragraph) const { return lines(paragraph.text); }
  std::string operator()(const LeftOut& left_out) const {
    return lines(left_out.what + ": " + left_out.why + ".");
  }
  std::string operator()(const DataTable& table) const {
    TextTable text(table.columns);
    text.add(table.header);
    for (const auto& row : table.rows) text.add(row);
    return (table.caption.empty() ? "" : wrapped(printable(table.caption), width, "") + "\n") + text.text() +
           "\n";
  }
  std::string operator()(const Figure& figure) const {
    return lines(figure.caption) + (figure.table ? (*this)(*figure.table) : "");
  }
};

std::string underlined(const std::string& title, char line) {
  const auto text = printable(title);
  return text + "\n" + std::string(display_width(text), line) + "\n\n";
}

}  // namespace

std::string to_text(const Document& document, int width) {
  const Text format{static_cast<std::size_t>(std::max(40, width))};
  auto text = underlined(document.title, '=');
  if (!document.subtitle.empty()) text += format.lines(document.subtitle);
  for (const auto& section : document.sections) {
    text += underlined(section.title, section.level == 1 ? '-' : '.');
    for (const auto& block : section.blocks) text += std::visit(format, block);
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace joulecast::report
