// CodeCarbon's emissions.csv: one row per run, or several with growing duration if the tracker was flushed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/line_import.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;

bool is_header(const CsvRow& row) {
  const auto has = [&](const char* name) { return std::ranges::find(row.cells, name) != row.cells.end(); };
  return has("duration") && has("emissions") && (has("energy_consumed") || has("cpu_energy"));
}

Match recognises_codecarbon(std::string_view head, const ImportOptions&) {
  CsvRow row;
  const bool read = CsvScanner(head, csv_of_logs).next(row) && row.fault == CsvFault::none;
  return read && is_header(row) ? Match::sure : Match::no;
}

/// One energy column: its component, and how CodeCarbon obtained the figure.
struct EnergyColumn {
  const char* heading;
  const char* channel;
  Component component;
  Provenance provenance;
  const char* note;
};
constexpr std::array<EnergyColumn, 3> parts{{
    {"gpu_energy", "gpu_energy", Component::gpu, Provenance::measured, "NVML, as CodeCarbon read it"},
    {"cpu_energy", "cpu_energy", Component::cpu, Provenance::modelled,
     "CodeCarbon does not say whether it measured or took a share of the TDP"},
    {"ram_energy", "dram_energy", Component::dram, Provenance::modelled,
     "CodeCarbon's constant per memory module"},
}};
constexpr EnergyColumn whole{"energy_consumed", "node_energy", Component::node, Provenance::modelled,
                             "CodeCarbon's total; the parts are not in the file"};

/// The columns of a row that another version of CodeCarbon wrote under the first one's header: versions add
/// columns, but the neighbours stay, and their arithmetic tells them: emissions_rate is emissions by
/// duration, energy_consumed the sum of the energies before it. Empty if it does not hold.
std::vector<std::string> columns_by_arithmetic(const std::vector<std::string_view>& cells) {
  std::vector<std::string> names(cells.size());
  const auto number = [&](std::size_t i) { return parse_double(trim(cells[i])); };
  const auto near = [](double a, double b) {
    return std::abs(a - b) <= 1e-4 * std::max(std::abs(a), std::abs(b));
  };
  const auto name = [&](std::size_t at, std::initializer_list<const char*> columns) {
    for (const auto* column : columns) names[at++] = column;
  };
  bool timed = false;
  for (std::size_t i = 0; i + 3 < cells.size(); ++i) {
    const auto a = number(i), b = number(i + 1), c = number(i + 2), d = number(i + 3);
    if (!a || !b || !c) continue;
    if (!timed && *a > 0 && *b > 0 && near(*c, *b / *a)) {
      name(i, {"duration", "emissions", "emissions_rate"});
      timed = true;
    } else if (timed && d && names[i].empty() && *d > 0 && *b >= 0 && near(*d, *a + *b + *c)) {
      name(i, {"cpu_energy", "gpu_energy", "ram_energy", "energy_consumed"});
      if (parse_civil_us(cells[0])) name(0, {"timestamp", "project_name", "run_id"});
      return names;
    }
  }
  return {};
}

class Import : public LineImport {
 public:
  using LineImport::LineImport;

  Status run() {
    auto taken = each_line([this](std::string_view line, std::size_t number, bool) {
      CsvScanner scanner(line, csv_of_logs, number);
      while (scanner.next(row_))
        if (auto ok = take_row(); !ok) return ok;
      return Status{};
    });
    return taken ? finish() : taken;
  }

 private:
  Status take_row() {
    const auto& cells = row_.cells;
    if (header_.empty() || is_header(row_)) {  // also between rows, where files were concatenated
      header_.assign(cells.begin(), cells.end());
      written_header_ = header_;
      return {};
    }
    header_ = written_header_;
    if (row_.fault == CsvFault::none && cells.size() != header_.size())
      if (auto found = columns_by_arithmetic(cells); !found.empty()) header_ = std::move(found);
    if (row_.fault != CsvFault::none || cells.size() != header_.size())
      return damage_.at(lines_.name(), row_.line,
                        fmt::format("{} cells under a header of {}", cells.size(), header_.size()));
    const auto duration = number_in("duration");
    if (!duration || *duration < 0 || *duration > 1e9)
      return damage_.at(lines_.name(), row_.line, "no duration");
    const auto id = text_in("run_id");
    const bool continues = feed_.open() && !id.empty() && id == run_id_ && *duration > duration_;
    if (!continues) {
      if (auto ok = begin(id, *duration); !ok) return ok;
    }
    duration_ = *duration;
    feed_.count_samples(1);
    run_.span = {Seconds{0}, Seconds{duration_}};
    return take_energies();
  }

  Status begin(const std::string& id, double duration) {
    if (feed_.open())
      if (auto ok = feed_.end(std::move(run_)); !ok) return ok;
    run_ = {};
    numbers_.clear();
    run_.info.id = id.empty() || id == run_id_
                       ? fmt::format("{}line-{}", id.empty() ? "codecarbon-" : id + "-", row_.line)
                       : id;
    run_id_ = id;
    describe(duration);
    return feed_.begin(run_);
  }

  void describe(double duration) {
    auto& info = run_.info;
    info.name = text_in("project_name");
    info.source = "codecarbon";
    info.training.gpu = text_in("gpu_model");
    info.epoch_bounds_recorded = false;
    if (const auto count = number_in("gpu_count"); count && *count > 0 && *count < 1e6)
      info.training.gpu_count = static_cast<int>(*count);
    run_.host.os = text_in("os");
    run_.host.cpu_model = text_in("cpu_model");
    if (const auto count = number_in("cpu_count"); count && *count > 0 && *count < 1e6)
      run_.host.logical_cpus = static_cast<int>(*count);
    if (const auto size = number_in("ram_total_size"))
      run_.host.memory_bytes = *size * 1073741824;  // its "GB" are 2^30 bytes
    run_.place.country =
        text_in("country_iso_code").empty() ? text_in("country_name") : text_in("country_iso_code");
    run_.place.cloud_region = std::string(trim(text_in("cloud_provider") + " " + text_in("cloud_region")));
    run_.place.pue = number_in("pue");
    const auto energy = number_in("energy_consumed");
    const auto emissions = number_in("emissions");
    // If a PUE was applied, the file does not say whether to energy or to emissions.
    if (energy && emissions && *energy > 0 && run_.place.pue.value_or(1) == 1)
      run_.place.intensity_g_per_kwh = *emissions * 1000 / *energy;
    if (const auto written = parse_civil_us(text_in("timestamp")))
      run_.started = WallTime{*written * 1000 - static_cast<std::int64_t>(duration * 1e9)};
    for (const char* tag : {"experiment_id", "tracking_mode", "codecarbon_version", "python_version"})
      if (auto text = text_in(tag); !text.empty()) run_.tags[tag] = std::move(text);
  }

  Status take_energies() {
    bool any = false;
    for (const auto& part : parts) {
      const auto energy = number_in(part.heading);
      if (!energy || is_absent(part, *energy)) continue;
      any = true;
      if (auto ok = take_energy(part, *energy); !ok) return ok;
    }
    if (any) return {};
    const auto energy = number_in(whole.heading);
    return energy ? take_energy(whole, *energy) : Status{};
  }

  /// CodeCarbon writes 0 both for a part that does not exist and for one that it could not read.
  bool is_absent(const EnergyColumn& part, double energy) {
    if (energy != 0 || duration_ == 0) return false;
    if (part.component == Component::gpu && run_.info.training.gpu_count && run_.notes.empty())
      run_.notes.push_back("CodeCarbon gives 0 kWh for the GPUs it lists: it could not read them");
    return true;
  }

  /// Whether as many devices as there may be can have used the energy in the run's time.
  [[nodiscard]] bool can_be(const EnergyColumn& part, double kilowatt_hours) const {
    if (kilowatt_hours < 0) return false;
    const int devices = part.component == Component::gpu ? run_.info.training.gpu_count.value_or(16) : 4;
    const auto most = trace::most_of(part.component) * devices * Seconds{std::max(duration_, 1.0)};
    return to_joules(KilowattHours{kilowatt_hours}) <= most;
  }

  Status take_energy(const EnergyColumn& part, double kilowatt_hours) {
    if (!can_be(part, kilowatt_hours))
      return damage_.doubt(
          lines_.name(), row_.line,
          fmt::format("{}: {} kWh in {} s cannot be", part.heading, kilowatt_hours, duration_));
    auto found = numbers_.find(part.component);
    if (found == numbers_.end()) {
      trace::Channel channel;
      channel.name = part.channel;
      channel.sensor = "codecarbon";
      channel.quantity = trace::Quantity::energy;
      channel.behaviour = trace::Behaviour::counter;
      channel.component = part.component;
      channel.provenance = part.provenance;
      channel.note = part.note;
      const auto made = feed_.channel(channel);
      if (!made) return propagate(made.error());
      found = numbers_.emplace(part.component, *made).first;
      const auto told = fmt::format("{} from {}", part.channel, part.heading);
      if (std::ranges::find(report_.taken, told) == report_.taken.end()) report_.taken.push_back(told);
      if (auto ok = feed_.push(*made, 0, 0); !ok) return ok;
    }
    return feed_.push(found->second, duration_, to_joules(KilowattHours{kilowatt_hours}).value());
  }

  [[nodiscard]] std::string text_in(std::string_view heading) const {
    const auto found = std::ranges::find(header_, heading);
    return found == header_.end()
               ? ""
               : std::string(trim(row_.cells[static_cast<std::size_t>(found - header_.begin())]));
  }
  [[nodiscard]] std::optional<double> number_in(std::string_view heading) const {
    const auto number = parse_double(text_in(heading));
    return number && std::abs(*number) < 1e15 ? number : std::nullopt;
  }

  Status finish() {
    if (auto usable = tell_damage("no run in it"); !usable) return usable;
    return feed_.end(std::move(run_));
  }

  std::vector<std::string> header_;          ///< of the row
  std::vector<std::string> written_header_;  ///< the last one in the file
  CsvRow row_;
  std::map<Component, std::size_t> numbers_;
  std::string run_id_;
  double duration_ = 0;
};

Status import_codecarbon(LineReader& lines, const ImportOptions& options, trace::RunSink& sink,
                         ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer codecarbon_importer{.kind = "codecarbon",
                                          .description = "CodeCarbon's emissions.csv",
                                          .takes = "energies of GPU, CPU and memory; one run per `run_id`",
                                          .recognised_by = "`duration`, `emissions`, `energy_consumed`",
                                          .documented = "mlco2.github.io/codecarbon, \"Output\"",
                                          .recognises = recognises_codecarbon,
                                          .import = import_codecarbon};

}  // namespace joulecast::formats
