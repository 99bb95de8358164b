// Any CSV with a time and a power: home-made loops by the words in their headings, others by --columns.
#include <algorithm>

#include "formats/support/own_names.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;

/// A column with an energy may hold a counter or the energy of a row: only the user can tell.
Meaning meaning_of(std::string_view heading, Cells header) {
  const auto meaning = meaning_of_own_name(heading, header);
  return meaning.role == Role::measure && meaning.quantity == trace::Quantity::energy ? Meaning{} : meaning;
}

constexpr TableRules rules{.kind = "csv", .is_header = is_header_of_own_names, .meaning_of = meaning_of};
constexpr TableRules rules_of_blanks{
    .kind = "csv", .blanks = true, .is_header = is_header_of_own_names, .meaning_of = meaning_of};

/// A single heading is a table only if its unit stands in brackets: "power.draw [W]".
bool is_table(Cells cells) {
  if (cells.size() != 1) return cells.size() > 1;
  return cells.front().find_first_of("[(") != std::string_view::npos &&
         cells.front().find_first_of(";\t") == std::string_view::npos;
}

Match recognises(std::string_view head, const ImportOptions& options) {
  const bool told = std::ranges::any_of(
      options.columns, [](const auto& entry) { return entry.find('=') != std::string::npos; });
  if (told) return Match::told;
  const auto cells = cells_of(first_line(head), rules);
  if (!is_header_of_own_names(cells)) return Match::no;
  bool timed = false;
  for (const auto cell : cells) timed = timed || meaning_of(cell, cells).role == Role::time;
  return timed ? Match::sure : is_table(cells) ? Match::guess : Match::no;
}

Status import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report) {
  const auto head = lines.head();
  if (!head) return propagate(head.error());
  const auto line = first_line(*head);
  // Only the user can tell that blanks separate cells, because dates have blanks inside.
  const bool blanks = recognises(*head, options) == Match::told && lines.is_plain() &&
                      line.find(',') == std::string_view::npos && line.find(' ') != std::string_view::npos;
  return import_table(blanks ? rules_of_blanks : rules, lines, options, sink, report);
}

}  // namespace

extern const Importer table_importer{
    .kind = "csv",
    .description = "any CSV with a time and a power, such as the log of a loop of one's own",
    .takes = "power, utilisation, memory, temperature and clock of each device; limits",
    .recognised_by = "headings such as `timestamp,gpu_index,power_w`, or `--columns time=…,power_w=…`",
    .documented = "here: the words in the headings",
    .recognises = recognises,
    .import = import};

}  // namespace joulecast::formats
