// rocm-smi --showpower --csv in a loop: a header and a row for each card. The program writes no times: a line
// of `date` before each block, a column of one's own, or --start and --period supply them.
#include <algorithm>

#include "formats/support/own_names.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;
using Role = Meaning::Role;

bool is_header(Cells cells) {
  return std::ranges::find(cells, "device") != cells.end() &&
         std::ranges::none_of(cells, [](auto cell) { return cell.starts_with("card"); });
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Meaning meaning_of(std::string_view heading, Cells) {
  if (heading == "device") return Meaning::of(Role::device);
  if (contains(heading, "Power (W)")) {
    if (contains(heading, "Max")) {
      auto limit = Meaning::of(Role::limit);
      limit.unit = "W";
      return limit;
    }
    return Meaning::of(Quantity::power, "W");
  }
  if (heading == "GPU use (%)") return Meaning::of(Quantity::utilisation, "%");
  if (heading == "GPU Memory Allocated (VRAM%)" || heading == "GPU memory use (%)") return {};
  if (heading == "VRAM Total Used Memory (B)") return Meaning::of(Quantity::memory_used, "B");
  if (contains(heading, "Temperature (Sensor edge)")) return Meaning::of(Quantity::temperature, "C");
  if (contains(heading, "Temperature (Sensor junction)"))
    return Meaning::of(Quantity::temperature, "C", trace::Component::gpu, 1);
  const auto own = meaning_of_own_name(heading, {});
  return own.role == Role::time || own.role == Role::date ? own : Meaning{};
}

constexpr TableRules rules{.kind = "rocm-smi", .is_header = is_header, .meaning_of = meaning_of};

Match recognises_rocm_smi(std::string_view head, const ImportOptions&) {
  auto line = first_line(head);
  const auto rest =
      head.substr(std::min(head.size(), static_cast<std::size_t>(line.data() - head.data()) + line.size()));
  if (time_of_block(line)) line = first_line(rest);
  const auto cells = cells_of(line, rules);
  const bool of_rocm = is_header(cells) && std::ranges::any_of(cells, [](auto cell) {
                         return contains(cell, "Package Power (W)") || cell == "GPU use (%)" ||
                                contains(cell, "Temperature (Sensor");
                       });
  return of_rocm ? Match::sure : Match::no;
}

Status import_rocm_smi(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                       ImportReport& report) {
  return import_table(rules, lines, options, sink, report);
}

}  // namespace

extern const Importer rocm_smi_importer{
    .kind = "rocm-smi",
    .description = "rocm-smi --showpower --csv in a loop",
    .takes = "power, utilisation, memory and temperature of each card",
    .recognised_by = "`device` and a heading of rocm-smi such as `Average Graphics Package Power (W)`",
    .documented = "rocm.docs.amd.com, ROCm SMI, \"rocm-smi usage\"",
    .recognises = recognises_rocm_smi,
    .import = import_rocm_smi,
    .row_has_time = true};

}  // namespace joulecast::formats
