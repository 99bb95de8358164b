// nvidia-smi dmon -o DT -s pucm: columns between blanks, headings after every few rows; with --format csv
// commas too.
#include <algorithm>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;
using Role = Meaning::Role;

bool has(Cells cells, std::string_view name) {
  return std::ranges::find(cells, name) != cells.end();
}

bool is_header(Cells cells) {
  return has(cells, "gpu") && (has(cells, "pwr") || has(cells, "sm"));
}

/// The line of units below the headings.
bool is_noise(Cells cells) {
  return has(cells, "Idx");
}

Meaning meaning_of(std::string_view heading, Cells) {
  if (heading == "Date") return Meaning::of(Role::date);
  if (heading == "Time") return Meaning::of(Role::time);
  if (heading == "gpu") return Meaning::of(Role::device);
  if (heading == "pwr") return Meaning::of(Quantity::power, "W");
  if (heading == "gtemp" || heading == "temp") return Meaning::of(Quantity::temperature, "C");
  if (heading == "sm") return Meaning::of(Quantity::utilisation, "%");
  if (heading == "mem") return Meaning::of(Quantity::memory_utilisation, "%");
  if (heading == "pclk") return Meaning::of(Quantity::frequency, "MHz");
  if (heading == "fb") return Meaning::of(Quantity::memory_used, "MiB");
  return {};
}

constexpr TableRules rules{.kind = "nvidia-smi-dmon",
                           .blanks = true,
                           .separators = " \t\r,",
                           .is_header = is_header,
                           .meaning_of = meaning_of,
                           .is_noise = is_noise};

Match recognises_nvidia_smi_dmon(std::string_view head, const ImportOptions&) {
  const auto line = first_line(head);
  return line.starts_with('#') && is_header(cells_of(line, rules)) ? Match::sure : Match::no;
}

Status import_nvidia_smi_dmon(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                              ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer nvidia_smi_dmon_importer{
    .kind = "nvidia-smi-dmon",
    .description = "nvidia-smi dmon -o DT; without dates `--start`, without times `--period` too",
    .takes = "power, utilisation, memory, temperature and clock of each GPU",
    .recognised_by = "`# gpu pwr …`",
    .documented = "nvidia-smi(1), \"Device Monitoring\"",
    .recognises = recognises_nvidia_smi_dmon,
    .import = import_nvidia_smi_dmon};

}  // namespace joulecast::formats
