// amd-smi metric --csv --watch 1 and amd-smi monitor --csv: seconds since 1970, a row for each GPU, a header
// before each round.
#include <algorithm>
#include <array>

#include "formats/support/own_names.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;
using Role = Meaning::Role;

constexpr std::array<std::string_view, 4> powers{"socket_power", "current_socket_power",
                                                 "average_socket_power", "power_usage"};

bool is_power(std::string_view heading) {
  return std::ranges::find(powers, heading) != powers.end();
}

bool is_header(Cells cells) {
  return std::ranges::find(cells, "gpu") != cells.end() && std::ranges::any_of(cells, is_power);
}

Meaning meaning_of(std::string_view heading, Cells) {
  if (heading == "timestamp") return Meaning::of(Role::time);
  if (heading == "gpu") return Meaning::of(Role::device);
  if (is_power(heading)) return Meaning::of(Quantity::power, "W");
  if (heading == "max_power" || heading == "power_cap" || heading == "socket_power_limit") {
    auto limit = Meaning::of(Role::limit);
    limit.unit = "W";
    return limit;
  }
  if (heading == "total_energy_consumption") {
    auto energy = Meaning::of(Quantity::energy, "J");
    energy.behaviour = trace::Behaviour::counter;
    return energy;
  }
  if (heading == "gfx_activity" || heading == "gfx_util" || heading == "gfx")
    return Meaning::of(Quantity::utilisation, "%");
  if (heading == "umc_activity" || heading == "mem_util")
    return Meaning::of(Quantity::memory_utilisation, "%");
  if (heading == "edge") return Meaning::of(Quantity::temperature, "C");
  if (heading == "hotspot" || heading == "hotspot_temperature")
    return Meaning::of(Quantity::temperature, "C", trace::Component::gpu, 1);
  if (heading == "gfx_clk" || heading == "gfx_0_clk") return Meaning::of(Quantity::frequency, "MHz");
  if (heading == "vram_used" || heading == "used_vram") return Meaning::of(Quantity::memory_used, "MB");
  const auto own = meaning_of_own_name(heading, {});
  return own.role == Role::time ? own : Meaning{};
}

constexpr TableRules rules{.kind = "amd-smi", .is_header = is_header, .meaning_of = meaning_of};

Match recognises_amd_smi(std::string_view head, const ImportOptions&) {
  return is_header(cells_of(first_line(head), rules)) ? Match::sure : Match::no;
}

Status import_amd_smi(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                      ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer amd_smi_importer{
    .kind = "amd-smi",
    .description = "amd-smi metric --csv --watch 1, amd-smi monitor --csv --watch 1",
    .takes = "power or energy, utilisation, memory, temperature and clock of each GPU",
    .recognised_by = "`gpu` and `socket_power` or `power_usage`",
    .documented = "rocm.docs.amd.com, AMD SMI, \"AMD SMI CLI tool usage\"",
    .recognises = recognises_amd_smi,
    .import = import_amd_smi,
    .row_has_time = true};

}  // namespace joulecast::formats
