// turbostat --show Time_Of_Day_Seconds,PkgWatt,RAMWatt: the rows that sum the whole machine up. Its watts are
// means over the time since the row before; with --Joules they are the energy of that time.
#include <algorithm>
#include <array>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;
using Role = Meaning::Role;

constexpr std::array<std::string_view, 6> readings{"PkgWatt", "RAMWatt", "CorWatt",
                                                   "Pkg_J",   "RAM_J",   "Cor_J"};

bool is_header(Cells cells) {
  return std::ranges::any_of(cells,
                             [](auto cell) { return std::ranges::find(readings, cell) != readings.end(); });
}

Meaning joules(Component component) {
  auto meaning = Meaning::of(Quantity::energy, "J", component);
  meaning.behaviour = trace::Behaviour::counter;
  meaning.of_interval = true;
  return meaning;
}

/// A part of the package.
Meaning rail(std::string name, Meaning meaning) {
  meaning.rail = std::move(name);
  meaning.contained_in = meaning.quantity == Quantity::power ? "cpu_power" : "cpu_energy";
  meaning.zero = ZeroWatts::real;
  return meaning;
}

Meaning meaning_of(std::string_view heading, Cells) {
  const auto watts = [](Component component) { return Meaning::of(Quantity::power, "W", component); };
  if (heading == "Time_Of_Day_Seconds") return Meaning::of(Role::time);
  if (heading == "PkgWatt") return watts(Component::cpu);
  if (heading == "CorWatt") return rail("cores", watts(Component::cpu));
  if (heading == "GFXWatt") return rail("graphics", watts(Component::cpu));
  if (heading == "RAMWatt") return watts(Component::dram);
  if (heading == "Pkg_J") return joules(Component::cpu);
  if (heading == "Cor_J") return rail("cores", joules(Component::cpu));
  if (heading == "GFX_J") return rail("graphics", joules(Component::cpu));
  if (heading == "RAM_J") return joules(Component::dram);
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

Match recognises_turbostat(std::string_view head, const ImportOptions&) {
  return is_header(cells_of(first_line(head), rules)) ? Match::sure : Match::no;
}

Status import_turbostat(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                        ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer turbostat_importer{
    .kind = "turbostat",
    .description = "turbostat --show Time_Of_Day_Seconds,PkgWatt,RAMWatt …, also with --Joules",
    .takes =
        "power of CPU and memory, utilisation, clock and temperature of the CPU; `CorWatt` and `GFXWatt` are "
        "parts of `PkgWatt`",
    .recognised_by = "`PkgWatt`, `RAMWatt`, `Pkg_J` …",
    .documented = "turbostat(8)",
    .recognises = recognises_turbostat,
    .import = import_turbostat};

}  // namespace joulecast::formats
