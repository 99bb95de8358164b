// Any CSV with a time and a power: home-made loops by the words in their headings, others by --columns.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "formats/support/damage.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/long_rows.hpp"
#include "formats/support/own_names.hpp"
#include "formats/support/table_sample.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;

/// A column with an energy may hold a counter or the energy of a row: only the user can tell.
std::vector<Meaning> meanings_of(Cells header) {
  auto meanings = meanings_of_own_names(header);
  for (auto& meaning : meanings)
    if (meaning.role == Role::measure && meaning.quantity == trace::Quantity::energy) meaning = {};
  return meanings;
}

bool is_energy(std::string_view heading, const Meaning& meaning) {
  if (heading.find("MJ") != std::string_view::npos) return false;  // not "mJ", which is all that is known
  return meaning.role == Role::measure && meaning.quantity == trace::Quantity::energy &&
         !meaning.unit.empty();
}

/// The columns of a log that has energies and no power; none for any other.
std::vector<std::string> energy_columns(std::string_view line) {
  std::vector<std::string_view> cells;
  for (const auto cell : split(line, ',')) cells.push_back(trim(cell));
  bool timed = false;
  std::vector<std::string> energies;
  for (const auto cell : cells)
    if (parse_cell(cell) || parse_log_time(cell)) return {};
  const auto meanings = meanings_of_own_names(cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    timed = timed || meanings[i].role == Role::time;
    if (is_energy(cells[i], meanings[i])) energies.emplace_back(cells[i]);
  }
  return timed && !is_header_of_own_names(cells) ? energies : std::vector<std::string>{};
}

/// A counter of each device rises from row to row, but where it began again; the energies of single rows rise
/// and fall.
bool is_counter(std::string_view head, std::string_view column) {
  constexpr std::size_t fewest_steps = 3;
  std::vector<std::string_view> headings;
  for (const auto cell : split(first_line(head), ',')) headings.push_back(trim(cell));
  std::vector<std::size_t> devices;
  const auto meanings = meanings_of_own_names(headings);
  for (std::size_t i = 0; i < headings.size(); ++i)
    if (meanings[i].role == Role::device || meanings[i].role == Role::node) devices.push_back(i);
  const auto at = static_cast<std::size_t>(std::ranges::find(headings, column) - headings.begin());
  std::map<std::string, double> last;
  std::size_t rises = 0, others = 0;
  for (const auto line : split(head.substr(0, head.rfind('\n')), '\n')) {
    const auto row = split(line, ',');
    const auto value = at < row.size() ? parse_cell(row[at]) : std::nullopt;
    if (!value) continue;
    std::string device;
    for (const auto i : devices) device.append(i < row.size() ? trim(row[i]) : "").push_back(',');
    const auto [before, is_first] = last.emplace(device, value->number);
    if (!is_first) ++(value->number > before->second ? rises : others);
    before->second = value->number;
  }
  return rises >= fewest_steps && rises > 8 * others;
}

constexpr TableRules rules{
    .kind = "csv", .is_header = is_header_of_own_names, .meanings_of = meanings_of, .own_names = true};
constexpr TableRules rules_of_blanks{.kind = "csv",
                                     .blanks = true,
                                     .is_header = is_header_of_own_names,
                                     .meanings_of = meanings_of,
                                     .own_names = true};

/// A single heading is a table only if its unit stands in brackets: "power.draw [W]".
bool is_table(Cells cells) {
  if (cells.size() != 1) return cells.size() > 1;
  return cells.front().find_first_of("[(") != std::string_view::npos &&
         cells.front().find_first_of(";\t") == std::string_view::npos;
}

/// JSON lines have an importer of their own, which knows their names.
bool is_json(std::string_view head) {
  const auto line = first_line(head);
  return line.starts_with("{") || line.starts_with("[{");
}

/// Whether the headings name devices, and the cells below say that they are powers: "GPU 0" of "200 W".
bool has_units_in_cells(std::string_view head, Cells cells) {
  const bool words = cells.size() > 1 && std::ranges::none_of(cells, [](auto cell) {
                       return parse_cell(cell) || parse_log_time(cell);
                     });
  const auto end = head.find('\n', static_cast<std::size_t>(first_line(head).data() - head.data()));
  const auto row = first_line(head.substr(std::min(end, head.size())));
  if (!words || row.find('W') == std::string_view::npos) return false;
  const auto headings = headings_with_units(sample_of_table(head));
  const std::vector<std::string_view> with_units(headings.begin(), headings.end());
  return is_header_of_own_names(with_units) &&
         std::ranges::any_of(meanings_of(with_units),
                             [](const Meaning& meaning) { return meaning.role == Role::time; });
}

Match recognises_table(std::string_view head, const ImportOptions& options) {
  const bool told = std::ranges::any_of(
      options.columns, [](const auto& entry) { return entry.find('=') != std::string::npos; });
  if (is_json(head)) return Match::no;
  if (told) return Match::told;
  if (long_form_of(head)) return Match::sure;
  const auto cells = cells_of(first_line(head), rules);
  if (!energy_columns(first_line(head)).empty()) return Match::sure;
  if (has_units_in_cells(head, cells)) return Match::sure;
  if (!is_header_of_own_names(cells)) return Match::no;
  const bool timed = std::ranges::any_of(meanings_of(cells),
                                         [](const Meaning& meaning) { return meaning.role == Role::time; });
  return timed ? Match::sure : is_table(cells) ? Match::guess : Match::no;
}

Status import_table(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                    ImportReport& report) {
  const auto head = lines.head();
  if (!head) return propagate(head.error());
  if (options.columns.empty()) {
    const auto plain = lines.plain_head();
    if (!plain) return propagate(plain.error());
    if (auto form = long_form_of(*plain)) {
      auto wide = in_wide_form(lines, std::move(*form));
      return import_table(rules, wide, options, sink, report);
    }
  }
  const auto line = first_line(*head);
  // Only the user can tell that blanks separate cells, because dates have blanks inside.
  const bool blanks = recognises_table(*head, options) == Match::told && lines.is_plain() &&
                      line.find(',') == std::string_view::npos && line.find(' ') != std::string_view::npos;
  if (const auto energies = energy_columns(line); !energies.empty() && options.columns.empty()) {
    auto with_energy = options;
    for (const auto& energy : energies)
      if (is_counter(*head, energy)) with_energy.columns.push_back(energy + "=" + energy);
    if (with_energy.columns.empty())
      return fail(ErrorKind::malformed, place(lines.name(), lines.line()),
                  "\"{}\" does not rise like a counter, so it is not known of which time it is the energy; "
                  "if it is a counter: --columns time=…,energy_{}={}",
                  energies.front(), to_lower(meaning_of_own_name(energies.front(), {}).unit),
                  energies.front());
    return import_table(rules, lines, with_energy, sink, report);
  }
  return import_table(blanks ? rules_of_blanks : rules, lines, options, sink, report);
}

}  // namespace

extern const Importer table_importer{
    .kind = "csv",
    .description =
        "any CSV with a time and a power, such as the log of a loop of one's own; also in long form",
    .takes = "power, utilisation, memory, temperature and clock of each device; limits",
    .recognised_by =
        "headings such as `timestamp,gpu_index,power_w` or `timestamp,metric,value`, or `--columns "
        "time=…,power_w=…`",
    .documented = "here: the words in the headings",
    .recognises = recognises_table,
    .import = import_table,
    .row_has_time = true};

}  // namespace joulecast::formats
