// A block each second, as a loop writes with `date; nvidia-smi --query-gpu=power.draw --format=csv`: a line
// with the time, then rows without one.
#include <algorithm>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/own_names.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;
using Role = Meaning::Role;

constexpr int lines_to_judge = 10;

/// What cells without a header are, by their units. A bare number with decimals may be a power, but nothing
/// says so.
std::vector<Meaning> guess(Cells row) {
  std::vector<Meaning> meanings;
  bool busy = false;
  for (const auto cell : row) {
    const auto value = parse_cell(cell);
    auto& meaning = meanings.emplace_back();
    if (cell.starts_with("GPU-"))
      meaning = Meaning::of(Role::device);
    else if (cell.starts_with("NVIDIA") || cell.starts_with("Tesla") || cell.starts_with("GeForce"))
      meaning = Meaning::of(Role::name);
    if (!value) continue;
    if (log_unit_factor(Quantity::power, value->unit))
      meaning = Meaning::of(Quantity::power, "");
    else if (value->unit == "%")
      meaning = Meaning::of(busy ? Quantity::memory_utilisation : Quantity::utilisation, "%");
    else if (value->unit.empty() && cell.find('.') == std::string_view::npos && meanings.size() == 1 &&
             row.size() > 1)
      meaning = Meaning::of(Role::device);
    else if (value->unit.empty() && cell.find('.') != std::string_view::npos)
      meaning = Meaning::of(Quantity::power, "");
    busy = busy || value->unit == "%";
  }
  return meanings;
}

/// "GPU 0: 200.00 W" holds "200.00 W".
void drop_labels(std::vector<std::string_view>& row) {
  for (auto& cell : row)
    if (const auto colon = cell.rfind(": "); colon != std::string_view::npos)
      cell = trim(cell.substr(colon + 2));
}

Meaning meaning_of(std::string_view heading, Cells header) {
  auto meaning = meaning_of_own_name(heading, header);
  // What is looped over like this is nvidia-smi, whose headings name no component.
  if (meaning.component == trace::Component::other) meaning.component = trace::Component::gpu;
  return meaning.quantity == Quantity::energy ? Meaning{} : meaning;
}

constexpr TableRules rules{.kind = "timed-blocks",
                           .is_header = is_header_of_own_names,
                           .meaning_of = meaning_of,
                           .guess = guess,
                           .regroup = drop_labels};

bool has_power(std::string_view line) {
  auto cells = cells_of(line, rules);
  if (is_header_of_own_names(cells)) return true;
  drop_labels(cells);
  return std::ranges::any_of(guess(cells), [](const auto& meaning) {
    return meaning.role == Role::measure && meaning.quantity == Quantity::power;
  });
}

Match recognises_timed_blocks(std::string_view head, const ImportOptions&) {
  if (!time_of_block(first_line(head))) return Match::no;
  for (int i = 0; i < lines_to_judge && !head.empty(); ++i) {
    const auto line = trim(head.substr(0, head.find('\n')));
    head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
    if (!line.empty() && !time_of_block(line) && has_power(line)) return Match::guess;
  }
  return Match::no;
}

Status import_timed_blocks(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                           ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer timed_blocks_importer{
    .kind = "timed-blocks",
    .description = "a loop that writes the time, then rows: `date; nvidia-smi --query-gpu=… --format=csv`",
    .takes = "power, utilisation, memory and temperature of each row of a block",
    .recognised_by = "a line that is only a time, then a power with its unit",
    .documented = "nvidia-smi --help-query-gpu, date(1)",
    .recognises = recognises_timed_blocks,
    .import = import_timed_blocks};

}  // namespace joulecast::formats
