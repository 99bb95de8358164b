#include "session/runs/run_summary.hpp"

#include <utility>

#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

bool is_shown_as_mean(trace::Quantity quantity) {
  return quantity != trace::Quantity::energy && quantity != trace::Quantity::power;
}

std::vector<GaugeMean> means_of(const trace::Run& run) {
  std::vector<GaugeMean> means;
  for (const auto& trace : run.traces) {
    const auto& channel = trace.channel;
    if (!is_shown_as_mean(channel.quantity)) continue;
    if (const auto mean = trace::time_mean(trace, run.span))
      means.push_back({channel.component, channel.device, channel.node, channel.quantity, *mean});
  }
  return means;
}

void put_segments(RunSummary& summary) {
  const auto& run = summary.run;
  std::vector<trace::Span> spans, redone;
  for (const auto& segment : run.info.segments) {
    spans.push_back(segment.span);
    redone.push_back(segment.redone);
  }
  const auto energies = trace::span_energies(run, spans);
  const auto spent_again = trace::span_energies(run, redone);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    summary.segments.push_back({energies[i], spent_again[i]});
    if (spent_again[i]) summary.redone = summary.redone.value_or(Joules{0}) + *spent_again[i];
  }
}

std::optional<IdleSplit> idle_of(const trace::Run& run, const trace::RunEnergy& energy) {
  if (!run.idle_baseline || !energy.total) return std::nullopt;
  const auto baseline = *run.idle_baseline * (run.span.length() - energy.not_measured.value_or(Seconds{0}));
  return IdleSplit{*run.idle_baseline, baseline, *energy.total - baseline};
}

}  // namespace

RunSummary summarise(trace::Run run, const Place& place, const Result<carbon::IntensityTable>& table) {
  RunSummary summary;
  summary.energy = trace::energy_of(run);
  summary.epoch_energy = trace::epoch_energies(run);
  summary.course = course_of(run);
  summary.idle = idle_of(run, summary.energy);
  summary.means = means_of(run);
  if (summary.energy.total) {
    summary.carbon = carbon::estimate(to_kilowatt_hours(*summary.energy.total), place, table);
    summary.mean_power = summary.energy.mean_power;
  } else {
    summary.carbon.reason = "the energy is not known";
  }
  summary.run = std::move(run);
  if (!summary.run.info.segments.empty()) put_segments(summary);
  return summary;
}

Result<RunSummary> summarise_run(const store::RunStore& store, const std::string& reference,
                                 const Place& place) {
  if (auto status = carbon::check(place); !status) return propagate(status.error());
  auto run = store.summary(reference);
  if (!run) return propagate(run.error());
  const auto last_heard = store.last_heard(run->info.id);
  if (!last_heard) return propagate(last_heard.error());
  const auto where = replaced_by(run->place, place);
  auto summary = summarise(std::move(*run), where, carbon::IntensityTable::read());
  summary.last_heard = *last_heard;
  return summary;
}

std::optional<double> projection_error(const RunSummary& summary, const trace::Projection& projection) {
  const bool ended = summary.run.status == trace::RunStatus::finished;
  if (!ended || !summary.energy.total || *summary.energy.total <= Joules{0}) return std::nullopt;
  return 100 * (projection.total / *summary.energy.total - 1);
}

Result<ShownRun> show_run(const ShowRequest& request) {
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  if (auto status = carbon::check(request.place); !status) return propagate(status.error());
  auto choice = (*store)->resolve(request.run);
  if (!choice) return propagate(choice.error());
  auto summary = summarise_run(**store, choice->id, request.place);
  if (!summary) return propagate(summary.error());
  return ShownRun{std::move(*choice), std::move(*summary)};
}

}  // namespace joulecast::session
