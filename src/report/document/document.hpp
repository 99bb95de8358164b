// A document as data: sections of text, tables and pictures, which each format renders in its own way.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "report/pictures/plot.hpp"
#include "report/pictures/svg.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {

struct Paragraph {
  std::string text;
};

struct DataTable {
  std::string caption;
  std::vector<Align> columns;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

using Drawing = std::variant<Plot, Panels, IntervalPlot, ShareBar>;

/// A picture and the same figures as a table. Formats without pictures show the table alone.
struct Figure {
  Drawing drawing;
  std::string caption;  ///< what is to be seen, in a sentence
  std::optional<DataTable> table;
};

/// What cannot be shown, and why.
struct LeftOut {
  std::string what;
  std::string why;
};

using Block = std::variant<Paragraph, DataTable, Figure, LeftOut>;

struct Section {
  std::string title;
  int level = 1;  ///< 1: a section, 2: a part of the section before it
  std::vector<Block> blocks;
};

struct Document {
  std::string title;
  std::string subtitle;
  std::vector<Section> sections;
};

[[nodiscard]] const std::string& title_of(const Drawing& drawing);
[[nodiscard]] std::string to_svg(const Drawing& drawing, const SvgOptions& options);

/// One self-contained page: no scripts, nothing from the network. It follows the reader's light or dark
/// setting, fits a phone of 360 px, and prints in the light colours. Every picture is there twice, for wide
/// and for narrow pages.
[[nodiscard]] std::string to_html(const Document& document);
/// GitHub's Markdown, without pictures.
[[nodiscard]] std::string to_markdown(const Document& document);
/// A fragment for \input, with the package booktabs.
[[nodiscard]] std::string to_latex(const Document& document);
[[nodiscard]] std::string to_text(const Document& document, int width = 100);

/// Text that stands for itself in LaTeX.
[[nodiscard]] std::string escape_latex(std::string_view text);
/// Text that stands for itself in Markdown, in a table too.
[[nodiscard]] std::string escape_markdown(std::string_view text);

}  // namespace joulecast::report
