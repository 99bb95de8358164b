#include "session/runs/stability_summary.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>

#include "stats/summary.hpp"

namespace joulecast::session {
namespace {

struct Measured {
  std::optional<Error> error;  ///< if set, there is no other result
  StabilityGroup group;
  stability::RunStability stability;
  std::vector<std::optional<stability::StabilityProjection>> projections;  // one per method
  std::optional<double> known_epochs;
};

std::optional<double> known_epochs(const trace::Run& run) {
  if (!run.epochs.empty()) return static_cast<double>(run.epochs.size());
  if (run.info.work_unit == "epoch") return run.info.total_work;
  return std::nullopt;
}

Measured measure(const StabilitySource& source, std::span<const stability::StabilityDetector* const> methods,
                 const stability::DetectorOptions& options) {
  Measured result;
  const auto run = source.load();
  if (!run) {
    result.error = run.error();
    return result;
  }
  auto stability = stability::stability_of(*run, methods, options);
  if (!stability) {
    result.error = Error{stability.error().kind, stability.error().message, source.name};
    return result;
  }
  const auto& info = run->info;
  result.group = {info.source, info.training.architecture, info.training.gpu, info.training.nodes.value_or(1),
                  info.stream};
  result.stability = std::move(*stability);
  for (const auto& point : result.stability.points)
    result.projections.push_back(point.stable_from ? stability::project_from(*run, *point.stable_from)
                                                   : std::nullopt);
  result.known_epochs = known_epochs(*run);
  return result;
}

std::vector<Measured> measure_all(std::span<const StabilitySource> sources,
                                  std::span<const stability::StabilityDetector* const> methods,
                                  const stability::DetectorOptions& options, unsigned threads) {
  std::vector<Measured> results(sources.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next.fetch_add(1); i < sources.size(); i = next.fetch_add(1))
      results[i] = measure(sources[i], methods, options);
  };
  std::vector<std::jthread> helpers;
  for (unsigned t = 1; t < threads; ++t) helpers.emplace_back(work);
  work();
  return results;  // the threads are joined before the variables that they capture are destroyed
}

std::optional<Spread> spread(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Spread{values.size(), stats::median_sorted(values), stats::mean(values),
                stats::quantile_sorted(values, 0.1), stats::quantile_sorted(values, 0.9)};
}

using Members = std::vector<const Measured*>;

StabilityRow row_of(const StabilityGroup& group, const Members& members, std::size_t method) {
  StabilityRow row;
  row.group = group;
  row.method = members.front()->stability.points[method].method;
  row.runs = members.size();
  std::vector<double> seconds, epochs, errors, observed;
  for (const auto* member : members) {
    const auto& point = member->stability.points[method];
    if (!point.stable_from) {
      ++row.without_point;
      continue;
    }
    seconds.push_back(point.stable_from->value());
    if (point.stable_epoch) epochs.push_back(*point.stable_epoch);
    row.censored += point.censored ? 1 : 0;
    if (const auto& projection = member->projections[method]) {
      errors.push_back(projection->error);
      observed.push_back(projection->observed);
    }
  }
  row.stable_s = spread(std::move(seconds));
  row.stable_epoch = spread(std::move(epochs));
  row.projection_error = spread(std::move(errors));
  row.observed = spread(std::move(observed));
  return row;
}

// Share of the recorded epoch starts that have a start detected from power within two samples.
double boundaries_found(const stability::RunStability& run) {
  const double tolerance = 2 * run.signal.step.value();
  std::size_t hits = 0;
  for (const auto& epoch : run.epochs) {
    hits += std::any_of(
        run.cycles->epochs.begin(), run.cycles->epochs.end(), [&](const stability::PowerEpoch& seen) {
          const auto sample = std::min(static_cast<std::size_t>(seen.begin), run.signal.times.size() - 1);
          return std::abs(run.signal.times[sample] - epoch.begin.value()) <= tolerance;
        });
  }
  return static_cast<double>(hits) / static_cast<double>(run.epochs.size());
}

RhythmRow rhythm_of(const StabilityGroup& group, const Members& members) {
  RhythmRow row;
  row.group = group;
  row.runs = members.size();
  std::vector<double> periods, confidences, seen, known, differences, boundaries;
  for (const auto* member : members) {
    if (member->known_epochs) known.push_back(*member->known_epochs);
    const auto& cycles = member->stability.cycles;
    if (!cycles) continue;
    ++row.with_period;
    periods.push_back(cycles->period * member->stability.signal.step.value());
    confidences.push_back(cycles->confidence);
    seen.push_back(static_cast<double>(cycles->epochs.size()));
    if (member->known_epochs) differences.push_back(seen.back() - *member->known_epochs);
    if (member->stability.epoch_source == stability::EpochSource::recorded)
      boundaries.push_back(boundaries_found(member->stability));
  }
  row.period_s = spread(std::move(periods));
  row.confidence = spread(std::move(confidences));
  row.epochs_seen = spread(std::move(seen));
  row.epochs_known = spread(std::move(known));
  row.count_difference = spread(std::move(differences));
  row.boundaries_found = spread(std::move(boundaries));
  return row;
}

}  // namespace

StabilitySummary summarise_stability(std::span<const StabilitySource> sources,
                                     std::span<const stability::StabilityDetector* const> methods,
                                     const stability::DetectorOptions& options, unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  const auto measured = measure_all(sources, methods, options, threads);

  StabilitySummary summary;
  std::map<StabilityGroup, Members> groups, by_source;
  for (const auto& run : measured) {
    if (run.error) {
      summary.left_out.push_back(*run.error);
      continue;
    }
    ++summary.runs;
    groups[run.group].push_back(&run);
    by_source[StabilityGroup{run.group.source, "", "", 0, ""}].push_back(&run);
  }
  for (const auto& [group, members] : groups) {
    for (std::size_t m = 0; m < methods.size(); ++m) summary.groups.push_back(row_of(group, members, m));
    summary.rhythms.push_back(rhythm_of(group, members));
  }
  for (const auto& [source, members] : by_source)
    for (std::size_t m = 0; m < methods.size(); ++m) summary.sources.push_back(row_of(source, members, m));
  return summary;
}

}  // namespace joulecast::session
