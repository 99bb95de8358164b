#include "formats/run_csv.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <set>

#include "base/csv_scanner.hpp"
#include "base/files.hpp"
#include "trace/absence.hpp"

namespace joulecast::formats {
namespace {

template <class T>
std::string cell(const std::optional<T>& value) {
  if (!value) return "";
  if constexpr (std::is_arithmetic_v<T>) {
    return fmt::format("{}", *value);
  } else {
    return fmt::format("{}", value->value());
  }
}

}  // namespace

Status write_readings_csv(const trace::Run& run, const std::filesystem::path& file) {
  std::string text = "time_s,node,component,device,quantity,unit,channel,provenance,value\n";
  for (const auto& joined : run.traces) {
    auto trace = joined;
    if (!trace.channel.node.empty()) trace::take_absences(trace);  // absent is not 0 W
    const auto& channel = trace.channel;
    const auto middle =
        fmt::format(",{},{},{},{},{},{},{},", csv_cell(channel.node), name_of(channel.component),
                    csv_cell(channel.device), name_of(channel.quantity), unit_of(channel.quantity),
                    csv_cell(channel.name), name_of(channel.provenance));
    for (std::size_t i = 0; i < trace.size(); ++i)
      fmt::format_to(std::back_inserter(text), "{}{}{}\n", trace.times[i], middle, trace.values[i]);
  }
  return write_file(file, text);
}

Status write_epochs_csv(const trace::Run& run, std::span<const std::optional<Joules>> energies,
                        const std::filesystem::path& file) {
  std::set<std::string> names;
  for (const auto& epoch : run.epochs)
    for (const auto& [name, value] : epoch.metrics) names.insert(name);
  std::string text = "epoch,start_s,end_s,work,energy_j";
  for (const auto& name : names) text += "," + csv_cell(name);
  text += "\n";
  for (std::size_t i = 0; i < run.epochs.size(); ++i) {
    const auto& epoch = run.epochs[i];
    text += fmt::format("{},{},{},{},{}", epoch.index, epoch.span.begin.value(), epoch.span.end.value(),
                        cell(epoch.work), i < energies.size() ? cell(energies[i]) : "");
    for (const auto& name : names) {
      const auto value = epoch.metrics.find(name);
      const bool known = value != epoch.metrics.end() && std::isfinite(value->second);
      text += known ? fmt::format(",{}", value->second) : ",";
    }
    text += "\n";
  }
  return write_file(file, text);
}

}  // namespace joulecast::formats
