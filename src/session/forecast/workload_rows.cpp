#include "session/forecast/workload_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "formats/extra_keys.hpp"
#include "session/forecast/fit_data.hpp"
#include "stats/summary.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace {

using trace::Component;
using trace::Run;

/// a GPU that is busy for less than this share of the time did not take part
constexpr double idle_share = 0.01;
constexpr double full_coverage = 0.95;

/// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string>& items) {
  if (items.size() < 2) return items.empty() ? "" : items.front();
  return fmt::format("{} and {}", fmt::join(items.begin(), items.end() - 1, ", "), items.back());
}

using trace::TrainingDescription;

struct Device {
  std::string node, id, name;
  bool busy = true;      ///< true unless its utilisation says otherwise
  bool metered = false;  ///< its power was measured
};

/// The GPUs that the run's channels belong to.
std::vector<Device> gpus_of(const Run& run) {
  std::vector<Device> devices;
  for (const auto& trace : run.traces) {
    const auto& channel = trace.channel;
    if (channel.component != Component::gpu) continue;
    auto device = std::ranges::find_if(
        devices, [&](const Device& d) { return d.node == channel.node && d.id == channel.device; });
    if (device == devices.end()) device = devices.insert(devices.end(), {channel.node, channel.device, {}});
    if (device->name.empty()) device->name = channel.device_name;
    using trace::Quantity;
    device->metered |= channel.quantity == Quantity::power || channel.quantity == Quantity::energy;
    if (channel.quantity != Quantity::utilisation) continue;
    if (const auto mean = trace::time_mean(trace, run.span); mean && *mean < idle_share) device->busy = false;
  }
  std::erase_if(devices, [](const Device& device) { return !device.busy; });
  return devices;
}

/// The hardware that the run trained on.
struct Hardware {
  std::string name;  ///< the catalogue's name
  int count = 1;
  Component component = Component::gpu;
  std::vector<Device> devices;  ///< the devices whose energy counts; for a processor, all sockets
};

Failure unmeasured() {
  return fail(ErrorKind::invalid, "", "without measured GPU power");
}

Result<Hardware> processor_of(const Run& run, const hardware::Catalogue& catalogue) {
  const bool watched = std::ranges::any_of(
      run.traces, [](const trace::Trace& trace) { return trace.channel.component == Component::gpu; });
  if (!watched && !(run.host.gpus.empty() && run.info.training.gpu.empty())) return unmeasured();
  const auto wanted = hardware::normalised_cpu_name(run.host.cpu_model);
  const auto& all = catalogue.gpus();
  const auto device = std::ranges::find_if(
      all, [&](const hardware::Gpu& gpu) { return hardware::normalised_cpu_name(gpu.name) == wanted; });
  if (wanted.empty() || device == all.end())
    return fail(ErrorKind::invalid, "", "on a processor alone, which no --gpu-file describes");
  return Hardware{device->name, 1, Component::cpu, {}};
}

Result<Hardware> hardware_of(const Run& run, std::vector<Device> gpus, const TrainingDescription& training,
                             const hardware::Catalogue& catalogue) {
  Hardware result;
  result.devices = std::move(gpus);
  if (result.devices.empty()) return processor_of(run, catalogue);
  if (!std::ranges::all_of(result.devices, &Device::metered)) return unmeasured();
  std::set<std::string> names;
  for (const auto& device : result.devices) names.insert(device.name);
  if (names.size() > 1) return fail(ErrorKind::invalid, "", "on unlike GPUs");
  result.count = static_cast<int>(result.devices.size());
  if (training.gpu_count && *training.gpu_count != result.count)
    return fail(ErrorKind::invalid, "", "where the number of busy GPUs is not the recorded one");
  const auto& name = training.gpu;
  if (name.empty()) return fail(ErrorKind::invalid, "", "on a GPU without a name");
  const auto known = catalogue.find_gpu(name);
  if (!known) return fail(ErrorKind::invalid, "", "on a GPU that the catalogue does not know ({})", name);
  result.name = known->name;
  return result;
}

/// Measured energy of the hardware in a span; nothing if a part of it is unknown.
std::optional<double> energy_in(const Run& run, const Hardware& hardware, trace::Span span) {
  double joules = 0;
  std::size_t found = 0;
  for (const auto& row : trace::energy_of(run, span).components) {
    if (row.component != hardware.component) continue;
    const bool counts = hardware.component != Component::gpu ||
                        std::ranges::any_of(hardware.devices, [&](const Device& device) {
                          return device.node == row.node && device.id == row.device;
                        });
    if (!counts) continue;
    if (!row.energy || row.provenance != Provenance::measured || row.coverage < full_coverage)
      return std::nullopt;
    joules += row.energy->value();
    ++found;
  }
  const bool complete = found >= std::max<std::size_t>(hardware.devices.size(), 1);
  return complete && joules > 0 ? std::optional{joules} : std::nullopt;
}

/// A time span and the number of epochs done in it.
struct Stretch {
  trace::Span span;
  double epochs = 1;
};

/// How many epochs a recorded epoch stands for; nothing if its unit is another one.
std::optional<double> epochs_in(const trace::Epoch& epoch, const Run& run,
                                std::optional<double> train_samples) {
  const auto unit = to_lower(run.info.work_unit);
  if (unit.empty()) return 1;
  if (unit == "epoch" || unit == "epochs") return epoch.work.value_or(1);
  const bool in_samples = unit == "sample" || unit == "samples";
  if (in_samples && epoch.work && train_samples) return *epoch.work / *train_samples;
  return std::nullopt;
}

std::vector<Stretch> steady_epochs(const Run& run, std::optional<double> train_samples,
                                   std::optional<double> epochs) {
  std::vector<Stretch> result;
  for (const auto& epoch : run.epochs) {
    const auto share = epochs_in(epoch, run, train_samples);
    if (share && *share > 0 && epoch.span.length() > Seconds{0}) result.push_back({epoch.span, *share});
  }
  const bool finished = run.status == trace::RunStatus::finished;
  if (run.epochs.empty() && finished && epochs && run.span.length() > Seconds{0})
    return {{run.span, *epochs}};
  if (!finished && !result.empty()) result.pop_back();
  if (result.size() > 1) result.erase(result.begin());
  return result;
}

struct Cost {
  double time_s = 0, energy_j = 0;  ///< per epoch
};

std::optional<Cost> cost_of(const Run& run, const Hardware& hardware, const std::vector<Stretch>& stretches) {
  std::vector<double> times, energies;
  for (const auto& stretch : stretches) {
    const auto energy = energy_in(run, hardware, stretch.span);
    if (!energy) continue;
    times.push_back(stretch.span.length().value() / stretch.epochs);
    energies.push_back(*energy / stretch.epochs);
  }
  if (times.empty()) return std::nullopt;
  return Cost{stats::median(times), stats::median(energies)};
}

/// The recorded description, completed with what sensors and epochs tell.
TrainingDescription recorded_training(const Run& run, const std::vector<Device>& gpus) {
  auto training = run.info.training;
  training.input_shape = input_shape_of(training);
  if (!gpus.empty() && !gpus.front().name.empty()) training.gpu = gpus.front().name;
  // `run` records the number of GPUs in the machine, not of those that take part. If no GPU was busy, the
  // number is not known either.
  if (gpus.empty() || run.info.source == "run") training.gpu_count.reset();
  const auto unit = to_lower(run.info.work_unit);
  if (unit == "epoch" || unit == "epochs") training.epochs = run.info.total_work;
  return training;
}

/// The tags, and keys of an imported run.json that joulecast does not define. Such keys fill in what the
/// record lacks; tags take precedence over both.
trace::Tags tags_and_keys(const Run& run, const TrainingDescription& recorded) {
  auto tags = run.tags;
  for (const auto& [key, value] : formats::plain_values(run.info.extra_json))
    if (!says(recorded, key)) tags.emplace(key, value);
  return tags;
}

struct Described {
  TrainingDescription training;
  std::vector<std::string> impossible;  ///< such as "batch_size=many"
};

Described described(const Run& run, const std::vector<Device>& gpus) {
  Described result{recorded_training(run, gpus), {}};
  const auto tags = tags_and_keys(run, result.training);
  result.impossible = apply_tags(result.training, tags);
  for (auto& value : impossible_values(result.training)) result.impossible.push_back(std::move(value));
  if (!result.training.epochs && !run.epochs.empty())
    result.training.epochs = static_cast<double>(run.epochs.size());
  return result;
}

std::string source_of(const Run& run) {
  if (const auto tag = run.tags.find("source"); tag != run.tags.end()) return std::string(trim(tag->second));
  const bool own = run.info.source.empty() || run.info.source == "run";
  return own ? std::string(own_source) : run.info.source;
}

/// Their mean would be the power of no machine.
bool changed_hardware(const Run& run) {
  const auto& segments = run.info.segments;
  return std::ranges::any_of(segments, [&](const trace::Segment& segment) {
    return segment.hostname != segments.front().hostname || segment.gpus != segments.front().gpus;
  });
}

}  // namespace

Result<formats::WorkloadRow> workload_row(const Run& run, const hardware::Catalogue& catalogue) {
  const auto& id = run.info.id;
  if (run.status == trace::RunStatus::running) return fail(ErrorKind::invalid, id, "still running");
  if (changed_hardware(run)) return fail(ErrorKind::invalid, id, "on different machines or GPUs");
  auto gpus = gpus_of(run);
  auto [training, impossible] = described(run, gpus);
  const auto stretches = steady_epochs(run, training.train_samples, training.epochs);
  std::vector<std::string> missing;
  if (training.architecture.empty()) missing.emplace_back("an architecture");
  if (!training.batch_size && impossible.empty()) missing.emplace_back("a batch size");
  if (stretches.empty()) missing.emplace_back("epochs");
  const auto hardware = hardware_of(run, std::move(gpus), training, catalogue);
  if (!impossible.empty()) return fail(ErrorKind::invalid, id, "with an impossible {}", listed(impossible));
  if (!missing.empty()) return fail(ErrorKind::invalid, id, "without {}", listed(missing));
  if (!hardware) return fail(ErrorKind::invalid, id, "{}", hardware.error().message);
  const auto cost = cost_of(run, *hardware, stretches);
  if (!cost)
    return fail(ErrorKind::invalid, id, "without measured {} power",
                hardware->component == Component::gpu ? "GPU" : "CPU");
  formats::WorkloadRow row;
  row.run_id = id;
  row.source = source_of(run);
  row.training = std::move(training);
  row.training.gpu = hardware->name;
  row.training.gpu_count = hardware->count;
  row.epoch_time_s = cost->time_s;
  row.epoch_gpu_energy_j = cost->energy_j;
  row.mean_gpu_w = cost->energy_j / cost->time_s;
  row.config_id = formats::made_config_id(row);
  return row;
}

int WorkloadRows::runs_left_out() const {
  return std::accumulate(left_out.begin(), left_out.end(), 0,
                         [](int sum, const auto& reason) { return sum + reason.second; });
}

std::string WorkloadRows::left_out_text() const {
  const int out = runs_left_out();
  if (out == 0) return {};
  std::vector<std::pair<int, std::string>> reasons;
  for (const auto& [reason, count] : left_out) reasons.emplace_back(-count, reason);
  std::ranges::sort(reasons);  // the most frequent first
  std::string text;
  for (const auto& [count, reason] : reasons)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", -count, reason);
  const auto all = static_cast<int>(table.rows.size()) + out;
  const bool undescribed =
      text.find("an architecture") != text.npos || text.find("a batch size") != text.npos;
  return fmt::format("{} of {} run{} left out: {}{}", out, all, all == 1 ? "" : "s", text,
                     undescribed ? " (joulecast tag RUN architecture=resnet50 batch_size=64 says it)" : "");
}

Result<WorkloadRows> workload_rows(const store::RunStore& store, const hardware::Catalogue& catalogue) {
  const auto runs = store.find();
  if (!runs) return propagate(runs.error());
  std::vector<std::string> ids;
  for (const auto& run : *runs) ids.push_back(run.id);
  return workload_rows(store, catalogue, ids);
}

Result<WorkloadRows> workload_rows(const store::RunStore& store, const hardware::Catalogue& catalogue,
                                   std::span<const std::string> ids) {
  WorkloadRows result;
  result.table.where = store.location();
  for (const auto& id : ids) {
    const auto run = store.summary(id);
    if (!run && run.error().kind != ErrorKind::malformed) return propagate(run.error());
    if (!run) {
      ++result.left_out["damaged in the store"];
      continue;
    }
    auto row = workload_row(*run, catalogue);
    if (row)
      result.table.rows.push_back(std::move(*row));
    else
      ++result.left_out[row.error().message];
  }
  return result;
}

}  // namespace joulecast::session
