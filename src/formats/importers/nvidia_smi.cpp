// Logs of nvidia-smi --query-gpu=… --format=csv -l 1 > FILE with any of its options, and logs of recorders
// that are built on it. Those of several machines in one file are read as any table is.
#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/nvidia_smi_columns.hpp"
#include "formats/support/nvidia_smi_import.hpp"
#include "formats/support/own_names.hpp"
#include "formats/support/row_series.hpp"

namespace joulecast::formats {
namespace {

using nvidia_smi::Field;

/// Whether a row without a header is of nvidia-smi: it has a date, and a cell with one of its units.
bool is_row(std::string_view line) {
  const bool unit = line.find(" W") != std::string_view::npos || line.find(" MiB") != std::string_view::npos;
  return unit &&
         std::ranges::any_of(split(line, ','), [](auto cell) { return parse_civil_us(cell).has_value(); });
}

Match recognises_nvidia_smi(std::string_view head, const ImportOptions& options) {
  while (!head.empty() && (head.front() == '\n' || head.front() == '\r')) head.remove_prefix(1);
  const auto line = trim(head.substr(0, head.find('\n')));
  if (nvidia_smi::is_header(line)) {
    const auto columns = nvidia_smi::columns_of_header(split(line, ','));
    const bool timed =
        std::ranges::find(columns, Field::timestamp, &nvidia_smi::Column::field) != columns.end();
    const bool powered = nvidia_smi::has_power(columns);
    if (timed && powered) return Match::sure;
    return powered ? Match::no : Match::guess;  // the importer of any CSV can be told when the log began
  }
  const bool named = !options.columns.empty() && options.columns.front().find('=') == std::string::npos;
  return named || is_row(line) ? Match::guess : Match::no;
}

/// The meanings of its columns to the importer of any table.
std::vector<Meaning> meanings_of(Cells header) {
  auto meanings = meanings_of_own_names(header);
  const auto known = nvidia_smi::columns_of_header({header.begin(), header.end()});
  for (std::size_t i = 0; i < meanings.size(); ++i) {
    if (meanings[i].component == trace::Component::other) meanings[i].component = trace::Component::gpu;
    if (known[i].field == Field::index) meanings[i] = Meaning::of(Meaning::Role::device);
  }
  return meanings;
}

constexpr TableRules rules_of_series{.kind = "nvidia-smi",
                                     .is_header = [](Cells cells) { return is_header_of_own_names(cells); },
                                     .meanings_of = meanings_of,
                                     .own_names = true};

/// The log of several machines has a column more that tells its rows apart, that of a loop may have the power
/// of the CPU beside: nvidia-smi writes neither.
struct Series {
  bool are_many = false;
  std::string refusal;
};

Series series_in(std::string_view head) {
  const auto sample = sample_of_table(head);
  const auto headings = sample.headings();
  const auto columns = nvidia_smi::columns_of_header(headings);
  const auto meanings = meanings_of(headings);
  const auto found = find_row_series(sample, meanings);
  std::optional<std::size_t> key;
  for (const auto field : {Field::bus_id, Field::uuid, Field::index})
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].field == field) key = i;
  bool has_others = false;  // powers of a CPU or a whole machine
  for (std::size_t i = 0; i < columns.size(); ++i)
    has_others =
        has_others || (columns[i].field == Field::ignored && meanings[i].role == Meaning::Role::measure &&
                       meanings[i].quantity == trace::Quantity::power &&
                       meanings[i].component != trace::Component::gpu && !meanings[i].unit.empty());
  return {found.machine || (found.device && found.device != key) || (has_others && key),
          key ? found.refusal : ""};
}

Status import_nvidia_smi(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                         ImportReport& report) {
  const auto head = lines.plain_head();
  if (!head) return propagate(head.error());
  if (nvidia_smi::is_header(first_line(*head)) && options.columns.empty()) {
    const auto series = series_in(*head);
    if (!series.refusal.empty()) return fail(ErrorKind::malformed, lines.name(), "{}", series.refusal);
    if (series.are_many) return import_table(rules_of_series, lines, options, sink, report);
  }
  return nvidia_smi::import_log(lines, options, sink, report);
}

}  // namespace

extern const Importer nvidia_smi_importer{
    .kind = "nvidia-smi",
    .description = "nvidia-smi --query-gpu=… --format=csv -l 1",
    .takes = "power, utilisation, memory, temperature and SM clock of each GPU",
    .recognised_by = "a heading that `--query-gpu` knows, or a date and a unit",
    .documented = "nvidia-smi --help-query-gpu",
    .recognises = recognises_nvidia_smi,
    .import = import_nvidia_smi,
    .row_has_time = true};

}  // namespace joulecast::formats
