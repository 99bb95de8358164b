#include "session/reporting/disclose_runs.hpp"

#include <algorithm>
#include <utility>

#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

Result<std::vector<RunSummary>> summaries_of(const DisclosureRequest& request) {
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  const auto references = request.runs.empty() ? std::vector<std::string>{""} : request.runs;
  std::vector<RunSummary> runs;
  for (const auto& reference : references) {
    auto summary = summarise_run(**store, reference, request.place);
    if (!summary) return propagate(summary.error());
    const auto& id = summary->run.info.id;
    if (summary->run.status == trace::RunStatus::running)
      return fail(ErrorKind::invalid, id, "this run is still running: what it will cost is not known yet");
    if (std::ranges::any_of(runs, [&](const RunSummary& other) { return other.run.info.id == id; }))
      return fail(ErrorKind::invalid, id, "this run is named twice, and would count twice");
    runs.push_back(std::move(*summary));
  }
  return runs;
}

template <class T>
void add(std::optional<T>& sum, const std::optional<T>& part) {
  sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
}

/// Half-width of the energy's 90 % interval.
std::optional<Joules> half_width(const trace::RunEnergy& energy) {
  if (!energy.total || !(energy.relative_uncertainty > 0)) return std::nullopt;
  return *energy.total * energy.relative_uncertainty;
}

void add_up(Disclosure& all) {
  std::optional<Joules> energy = Joules{0}, half = Joules{0};
  std::optional<GramsCO2e> emissions = GramsCO2e{0};
  all.provenance = Provenance::measured;
  for (const auto& run : all.runs) {
    add(energy, run.energy.total);
    add(half, half_width(run.energy));
    add(emissions, run.carbon.mass);
    all.provenance = worst(all.provenance, run.energy.provenance);
    for (const auto& name : run.energy.missing)
      if (std::ranges::find(all.missing, name) == all.missing.end()) all.missing.push_back(name);
  }
  all.energy = energy;
  all.emissions = emissions;
  if (!energy || !half) return;
  all.low = std::max(Joules{0}, *energy - *half);
  all.high = *energy + *half;
}

}  // namespace

trace::TrainingDescription training_of(const RunSummary& summary) {
  auto training = summary.run.info.training;
  (void)trace::apply_tags(training, summary.run.tags);
  if (!training.epochs && !summary.run.epochs.empty())
    training.epochs = static_cast<double>(summary.run.epochs.size());
  return training;
}

Result<Disclosure> disclose_runs(const DisclosureRequest& request, const Clock& clock) {
  auto runs = summaries_of(request);
  if (!runs) return propagate(runs.error());
  Disclosure all;
  all.runs = std::move(*runs);
  const auto& first = all.runs.front().run.info;
  all.model = !request.model.empty() ? request.model : first.name.empty() ? first.id : first.name;
  all.training_type = request.training_type;
  all.task = request.task;
  all.data = request.data;
  all.infrastructure = request.infrastructure;
  all.made = clock.wall();
  add_up(all);
  return all;
}

}  // namespace joulecast::session
