// dcgmi dmon -e 155,203: a row for each GPU. The program writes no times: --start and --period supply them.
#include <algorithm>

#include "formats/support/table_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;
using Role = Meaning::Role;

bool is_header(Cells cells) {
  return !cells.empty() && cells.front() == "Entity";
}

/// The header's second line.
bool is_noise(Cells cells) {
  return cells.size() == 1 && (cells.front() == "ID" || cells.front() == "Id");
}

Meaning meaning_of(std::string_view heading, Cells) {
  if (heading == "Entity") return Meaning::of(Role::device);
  if (heading == "POWER" || heading == "POWR") return Meaning::of(Quantity::power, "W");
  if (heading == "TOTEC") {
    auto energy = Meaning::of(Quantity::energy, "mJ");
    energy.behaviour = trace::Behaviour::counter;
    return energy;
  }
  if (heading == "GPUTL") return Meaning::of(Quantity::utilisation, "%");
  if (heading == "MCUTL") return Meaning::of(Quantity::memory_utilisation, "%");
  if (heading == "TMPTR" || heading == "GPUT") return Meaning::of(Quantity::temperature, "C");
  if (heading == "FBUSD") return Meaning::of(Quantity::memory_used, "MiB");
  if (heading == "SMCLK") return Meaning::of(Quantity::frequency, "MHz");
  return {};
}

/// "GPU 0" is one cell; what is not a GPU keeps its name.
void join_entity(std::vector<std::string_view>& row) {
  if (row.size() < 2) return;
  if (row[0] == "GPU")
    row.erase(row.begin());
  else
    row.erase(row.begin() + 1);
}

/// A MIG instance reports the power of the whole GPU again.
bool is_gpu(Cells, Cells row) {
  return !row.empty() && !row.front().starts_with("GPU-") && !row.front().starts_with("CPU");
}

constexpr TableRules rules{.kind = "dcgmi-dmon",
                           .blanks = true,
                           .is_header = is_header,
                           .meaning_of = meaning_of,
                           .is_noise = is_noise,
                           .takes = is_gpu,
                           .regroup = join_entity};

Match recognises_dcgmi_dmon(std::string_view head, const ImportOptions&) {
  const auto line = first_line(head);
  return line.starts_with('#') && is_header(cells_of(line, rules)) ? Match::sure : Match::no;
}

Status import_dcgmi_dmon(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                         ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer dcgmi_dmon_importer{
    .kind = "dcgmi-dmon",
    .description = "dcgmi dmon -e 155,203,…; needs `--start` and `--period`",
    .takes =
        "power or energy, utilisation, memory, temperature and clock of each GPU; not of MIG instances, "
        "which "
        "repeat their GPU's power",
    .recognised_by = "`#Entity`",
    .documented = "docs.nvidia.com/datacenter/dcgm, \"Feature Overview\"; dcgm_fields.h",
    .recognises = recognises_dcgmi_dmon,
    .import = import_dcgmi_dmon};

}  // namespace joulecast::formats
