#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/files.hpp"
#include "base/system_error.hpp"
#include "formats/bundle_columns.hpp"
#include "formats/bundle_info.hpp"
#include "formats/bundle_progress.hpp"
#include "formats/run_bundle.hpp"
#include "trace/absence.hpp"

namespace joulecast::formats {
namespace fs = std::filesystem;
namespace {

using trace::Run;
using trace::Trace;

/// One file of the bundle and its traces.
struct File {
  struct Column {
    std::string name;
    CellUnit unit;
    const Trace* trace;
  };
  std::vector<Column> columns;
  std::set<std::string> names;
};

/// Replaces only the characters that a column heading or a file name cannot contain.
std::string safe_name(std::string_view name, std::string_view forbidden) {
  std::string safe(name);
  for (auto& c : safe)
    if (static_cast<unsigned char>(c) < ' ' || forbidden.find(c) != std::string_view::npos) c = '_';
  return safe;
}

std::string file_of(const trace::Channel& channel) {
  if (!channel.node.empty()) return fmt::format("power-{}.csv", safe_name(channel.node, "/\\"));
  return channel.component == trace::Component::process ? "host.csv" : "power.csv";
}

/// A channel whose energy is included in another one, or the second channel of a kind, is written under its
/// own name. Otherwise a reader who adds up the standard columns would count it twice.
File::Column column_of(const Trace& trace, File& file, std::size_t device) {
  if (trace.channel.contained_in.empty())
    if (const auto standard = bundle_column_name(trace.channel, device))
      if (file.names.insert(standard->name).second) return {standard->name, standard->unit, &trace};
  const auto wanted = "channel:" + safe_name(trace.channel.name, ",");
  auto name = wanted;
  for (int n = 2; !file.names.insert(name).second; ++n) name = fmt::format("{}:{}", wanted, n);
  return {name, CellUnit::base, &trace};
}

/// Numbers devices by their name if that is a number, otherwise in order of appearance.
class DeviceNumbers {
 public:
  std::size_t of(const std::string& file, const trace::Channel& channel) {
    auto& known = numbers_[{file, channel.component}];
    if (const auto found = known.find(channel.device); found != known.end()) return found->second;
    auto number = parse_index(channel.device).value_or(known.size());
    while (std::ranges::any_of(known, [&](const auto& entry) { return entry.second == number; })) ++number;
    known[channel.device] = number;
    return number;
  }

 private:
  static std::optional<std::size_t> parse_index(const std::string& device) {
    if (device.empty() || device.size() > 4 || (device.size() > 1 && device[0] == '0')) return std::nullopt;
    if (!std::ranges::all_of(device, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    return static_cast<std::size_t>(std::stoi(device));
  }
  std::map<std::pair<std::string, trace::Component>, std::map<std::string, std::size_t>> numbers_;
};

std::map<std::string, File> arrange(const Run& run) {
  std::vector<const Trace*> order;
  for (const auto& trace : run.traces) order.push_back(&trace);
  // If several channels describe one device, the one of best provenance gets the standard column.
  std::ranges::stable_sort(order, {}, [](const auto* trace) { return trace->channel.provenance; });
  std::map<std::string, File> files;
  DeviceNumbers devices;
  for (const auto* trace : order) {
    const auto name = file_of(trace->channel);
    auto& file = files[name];
    file.columns.push_back(column_of(*trace, file, devices.of(name, trace->channel)));
  }
  return files;
}

std::string table_text(const File& file) {
  std::vector<double> times;
  for (const auto& column : file.columns)
    times.insert(times.end(), column.trace->times.begin(), column.trace->times.end());
  std::ranges::sort(times);
  times.erase(std::unique(times.begin(), times.end()), times.end());

  fmt::memory_buffer out;
  const auto append = [&](std::string_view text) { out.append(text.data(), text.data() + text.size()); };
  const auto append_number = [&](double number) { fmt::format_to(std::back_inserter(out), "{}", number); };
  append("time_s");
  for (const auto& column : file.columns) append("," + column.name);
  append("\n");
  std::vector<std::size_t> at(file.columns.size(), 0);
  for (const double time : times) {
    append_number(time);
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      const auto& [name, unit, trace] = file.columns[i];
      append(",");
      if (at[i] == trace->size() || trace->times[at[i]] != time) continue;
      append_number(to_cell(trace->values[at[i]++], unit));
    }
    append("\n");
  }
  return fmt::to_string(out);
}

std::string epochs_text(const Run& run) {
  const bool work = std::ranges::any_of(run.epochs, [](const auto& epoch) { return epoch.work.has_value(); });
  const bool energy =
      std::ranges::any_of(run.epochs, [](const auto& epoch) { return epoch.energy.has_value(); });
  std::string text = "epoch,start_s,end_s";
  text += std::string(work ? ",work" : "") + (energy ? ",energy_j\n" : "\n");
  for (const auto& epoch : run.epochs) {
    text += fmt::format("{},{},{}", epoch.index, epoch.span.begin.value(), epoch.span.end.value());
    if (work) text += epoch.work ? fmt::format(",{}", *epoch.work) : ",";
    if (energy) text += epoch.energy ? fmt::format(",{}", epoch.energy->value()) : ",";
    text += "\n";
  }
  return text;
}

/// The run without what only says that a machine had no part in it; nothing where all have.
std::optional<Run> only_present(const Run& run, std::map<const Trace*, std::vector<trace::Span>>& absences) {
  const auto is_of_node = [](const Trace& trace) { return !trace.channel.node.empty(); };
  if (std::ranges::none_of(run.traces, is_of_node)) return std::nullopt;
  auto present = std::make_optional(run);
  for (auto& trace : present->traces)
    if (is_of_node(trace)) absences[&trace] = trace::take_absences(trace);
  return present;
}

}  // namespace

Status write_run_bundle(const Run& run, const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / "run.json", error))
    return fail(ErrorKind::invalid, directory.string(), "holds a run already");
  fs::create_directories(directory, error);
  if (error) return fail(kind_of_errno(error.value()), directory.string(), "{}", error.message());

  std::vector<DescribedColumn> described;
  std::map<const Trace*, std::vector<trace::Span>> absences;
  const auto present = only_present(run, absences);
  for (const auto& [name, file] : arrange(present ? *present : run)) {
    for (const auto& column : file.columns)
      described.push_back(
          {name, column.name, column.trace->channel, column.trace->gaps, absences[column.trace]});
    if (auto ok = write_file(directory / name, table_text(file)); !ok) return ok;
  }
  if (!run.epochs.empty() || run.info.epoch_bounds_recorded)
    if (auto ok = write_file(directory / "epochs.csv", epochs_text(run)); !ok) return ok;
  if (!run.progress.empty())
    if (auto ok = write_file(directory / "progress.csv", bundle_progress_text(run)); !ok) return ok;
  // run.json is written last, so that a directory with a run.json is always a complete bundle.
  return write_file(directory / "run.json", bundle_info_text(run, described));
}

}  // namespace joulecast::formats
