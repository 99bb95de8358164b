#include "formats/join_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "trace/shift.hpp"

namespace joulecast::formats {
namespace {

using trace::Run;

bool is_energetic(const trace::Channel& channel) {
  return channel.quantity == trace::Quantity::power || channel.quantity == trace::Quantity::energy;
}

bool has_energy(const Run& run) {
  return std::ranges::any_of(run.traces, [](const auto& trace) { return is_energetic(trace.channel); });
}

std::size_t reference_of(const std::vector<Run>& runs) {
  const auto marked = std::ranges::find_if(runs, [](const auto& run) { return !run.epochs.empty(); });
  if (marked != runs.end()) return static_cast<std::size_t>(marked - runs.begin());
  const auto measured = std::ranges::find_if(runs, has_energy);
  return measured == runs.end() ? 0 : static_cast<std::size_t>(measured - runs.begin());
}

/// Fills values that `known` lacks from `more`.
void fill(trace::RunInfo& known, const trace::RunInfo& more) {
  const auto take = [](auto& target, const auto& source) {
    if (target == std::decay_t<decltype(target)>{}) target = source;
  };
  take(known.training.gpu, more.training.gpu);
  take(known.training.gpu_count, more.training.gpu_count);
  take(known.training.nodes, more.training.nodes);
  take(known.training.gpu_memory_mib, more.training.gpu_memory_mib);
  take(known.training.gpu_power_limit_w, more.training.gpu_power_limit_w);
  take(known.training.architecture, more.training.architecture);
  take(known.training.batch_size, more.training.batch_size);
  take(known.training.train_samples, more.training.train_samples);
  take(known.total_work, more.total_work);
  take(known.work_unit, more.work_unit);
  take(known.stream, more.stream);
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Epochs and progress name their phase by its place, which changes when the lists are joined.
void move_phases(Run& run, const std::vector<std::size_t>& places) {
  const auto move = [&](std::size_t& phase) {
    if (phase < places.size()) phase = places[phase];
  };
  for (auto& epoch : run.epochs) move(epoch.phase);
  for (auto& point : run.progress) move(point.phase);
}

void append_phases(Run& joined, Run& run) {
  std::vector<std::size_t> behind(run.phases.size());
  std::iota(behind.begin(), behind.end(), joined.phases.size());
  move_phases(run, behind);
  append(joined.phases, std::move(run.phases));
}

void sort_phases(Run& run) {
  std::vector<std::size_t> order(run.phases.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return run.phases[i].span.begin; });
  std::vector<std::size_t> places(order.size());
  std::vector<trace::Phase> sorted;
  for (const auto i : order) {
    places[i] = sorted.size();
    sorted.push_back(std::move(run.phases[i]));
  }
  move_phases(run, places);
  run.phases = std::move(sorted);
}

void sort_by_time(Run& run) {
  sort_phases(run);
  std::ranges::stable_sort(run.epochs, {}, [](const auto& epoch) { return epoch.span.begin; });
  std::ranges::stable_sort(run.progress, {}, &trace::ProgressPoint::time);
  std::ranges::stable_sort(run.windows, {}, [](const auto& window) { return window.span.begin; });
  std::ranges::stable_sort(run.metrics, {}, &trace::MetricPoint::time);
  std::ranges::stable_sort(run.projections, {}, &trace::Projection::time);
}

}  // namespace

Result<Run> join_runs(std::vector<Run> runs) {
  if (runs.empty()) return fail(ErrorKind::invalid, "join", "no run");
  const auto first = reference_of(runs);
  std::swap(runs.front(), runs[first]);
  auto joined = std::move(runs.front());
  std::set<std::string> names;
  for (const auto& trace : joined.traces) names.insert(trace.channel.name);
  for (std::size_t i = 1; i < runs.size(); ++i) {
    auto& run = runs[i];
    if (!run.started || !joined.started)
      return fail(ErrorKind::invalid, run.info.name, "no wall clock to join it by");
    shift(run, *run.started - *joined.started);
    if (run.span.end < joined.span.begin || joined.span.end < run.span.begin)
      return fail(ErrorKind::invalid, run.info.name,
                  "it begins {} {} {} and does not meet it: is one of the two in another time zone?",
                  to_text(Seconds{std::abs((run.span.begin - joined.span.begin).value())}),
                  run.span.begin < joined.span.begin ? "before" : "after", joined.info.name);
    for (auto& trace : run.traces)
      if (!names.insert(trace.channel.name).second) {
        if (is_energetic(trace.channel))
          joined.notes.push_back(fmt::format(
              "{} is in two of the files; it is counted once, as one device that was recorded twice",
              trace.channel.name));
        trace.channel.name = run.info.name + "/" + trace.channel.name;
        if (!names.insert(trace.channel.name).second)
          return fail(ErrorKind::invalid, run.info.name, "channel {} is there twice", trace.channel.name);
      }
    append(joined.traces, std::move(run.traces));
    append_phases(joined, run);
    append(joined.epochs, std::move(run.epochs));
    append(joined.progress, std::move(run.progress));
    append(joined.windows, std::move(run.windows));
    append(joined.projections, std::move(run.projections));
    append(joined.sensors, std::move(run.sensors));
    append(joined.metrics, std::move(run.metrics));
    append(joined.notes, std::move(run.notes));
    append(joined.host.gpus, std::move(run.host.gpus));
    fill(joined.info, run.info);
  }
  sort_by_time(joined);
  std::ranges::sort(joined.notes);
  joined.notes.erase(std::unique(joined.notes.begin(), joined.notes.end()), joined.notes.end());
  return joined;
}

}  // namespace joulecast::formats
