// turbostat --show Time_Of_Day_Seconds,PkgWatt,RAMWatt: the rows that sum the whole machine up. Its watts are
// means over the time since the row before.
#include <algorithm>
#include <array>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;
using Role = Meaning::Role;

constexpr std::array<std::string_view, 3> watts{"PkgWatt", "RAMWatt", "CorWatt"};

bool is_header(Cells cells) {
  return std::ranges::any_of(cells, [](auto cell) { return std::ranges::find(watts, cell) != watts.end(); });
}

/// A part of the package.
Meaning rail(std::string name) {
  auto meaning = Meaning::of(Quantity::power, "W", Component::cpu);
  meaning.rail = std::move(name);
  meaning.contained_in = "cpu_power";
  meaning.zero = ZeroWatts::real;
  return meaning;
}

Meaning meaning_of(std::string_view heading, Cells) {
  if (heading == "Time_Of_Day_Seconds") return Meaning::of(Role::time);
  if (heading == "PkgWatt") return Meaning::of(Quantity::power, "W", Component::cpu);
  if (heading == "CorWatt") return rail("cores");
  if (heading == "GFXWatt") return rail("graphics");
  if (heading == "RAMWatt") return Meaning::of(Quantity::power, "W", Component::dram);
  if (heading == "Busy%") return Meaning::of(Quantity::utilisation, "%", Component::cpu);
  if (heading == "Bzy_MHz") return Meaning::of(Quantity::frequency, "MHz", Component::cpu);
  if (heading == "PkgTmp") return Meaning::of(Quantity::temperature, "C", Component::cpu);
  return {};  // SysWatt among them, which overlaps all others
}

/// Rows of single cores repeat a part of the sum, which has "-" for its core.
bool is_of_machine(Cells header, Cells row) {
  for (const auto* name : {"CPU", "Core", "Package"}) {
    const auto at = static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
    if (at < row.size()) return row[at] == "-";
  }
  return true;
}

constexpr TableRules rules{.kind = "turbostat",
                           .blanks = true,
                           .is_header = is_header,
                           .meaning_of = meaning_of,
                           .takes = is_of_machine};

Match recognises(std::string_view head, const ImportOptions&) {
  return is_header(cells_of(first_line(head), rules)) ? Match::sure : Match::no;
}

Status import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer turbostat_importer{
    .kind = "turbostat",
    .description = "turbostat --show Time_Of_Day_Seconds,PkgWatt,RAMWatt …",
    .takes =
        "power of CPU and memory, utilisation, clock and temperature of the CPU; `CorWatt` and `GFXWatt` are "
        "parts of `PkgWatt`",
    .recognised_by = "`PkgWatt`, `RAMWatt`",
    .documented = "turbostat(8)",
    .recognises = recognises,
    .import = import};

}  // namespace joulecast::formats
