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

namespace joulecast::formats {
namespace {

using trace::Component;

bool recognises(std::string_view head, const ImportOptions&) {
  CsvRow row;
  if (!CsvScanner(head, csv_of_logs).next(row) || row.fault != CsvFault::none) return false;
  const auto has = [&](const char* name) { return std::ranges::find(row.cells, name) != row.cells.end(); };
  return has("duration") && has("emissions") && (has("energy_consumed") || has("cpu_energy"));
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
    if (header_.empty()) {
      header_.assign(cells.begin(), cells.end());
      return {};
    }
    if (std::ranges::equal(cells, header_)) return {};  // a repeated header, where files were concatenated
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

  Status take_energy(const EnergyColumn& part, double kilowatt_hours) {
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
      if (report_.runs.empty())
        report_.taken.push_back(fmt::format("{} from {}", part.channel, part.heading));
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

  std::vector<std::string> header_;
  CsvRow row_;
  std::map<Component, std::size_t> numbers_;
  std::string run_id_;
  double duration_ = 0;
};

Status import(LineReader& lines, const ImportOptions& options, trace::RunSink& sink, ImportReport& report) {
  return Import(lines, options, sink, report).run();
}

}  // namespace

extern const Importer codecarbon_importer{"codecarbon", "CodeCarbon's emissions.csv", recognises, import};

}  // namespace joulecast::formats
