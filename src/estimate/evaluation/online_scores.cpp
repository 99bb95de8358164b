#include "estimate/evaluation/online_scores.hpp"

#include <set>
#include <tuple>

namespace joulecast::estimate {
namespace {

using Outcomes = std::map<std::string, Outcome, std::less<>>;

/// One list of outcomes per name; the streams of one run are joined.
template <class Pick>
std::map<std::string, std::vector<Outcome>, std::less<>> by_name(const std::vector<const EvaluatedRun*>& runs,
                                                                 Pick pick) {
  std::map<std::string, std::map<std::string, std::vector<Outcome>>, std::less<>> streams;
  for (const auto* run : runs)
    for (const auto& [name, outcome] : pick(*run)) streams[name][run->physical_run].push_back(outcome);
  std::map<std::string, std::vector<Outcome>, std::less<>> result;
  for (const auto& [name, each] : streams)
    for (const auto& [id, outcomes] : each) result[name].push_back(joined(outcomes));
  return result;
}

const std::vector<std::string>& method_order() {
  static const std::vector<std::string> names{"first-epoch",      "step-power",     "step-energy",
                                              "adaptive-probe",   "adaptive-first", "adaptive",
                                              "green-algorithms", "mlco2"};
  return names;
}

std::vector<NamedScores> score_methods(const std::vector<const EvaluatedRun*>& runs) {
  const auto energy = by_name(runs, [](const auto& run) -> const Outcomes& { return run.energy; });
  const auto duration = by_name(runs, [](const auto& run) -> const Outcomes& { return run.duration; });
  std::vector<NamedScores> result;
  for (const auto& name : method_order()) {
    const auto found = energy.find(name);
    if (found == energy.end()) continue;
    NamedScores scores{name, *scores_of(found->second), std::nullopt};
    if (const auto timed = duration.find(name); timed != duration.end())
      scores.duration = scores_of(timed->second);
    result.push_back(std::move(scores));
  }
  return result;
}

std::vector<NamedScores> score_variants(const std::vector<const EvaluatedRun*>& runs) {
  std::vector<NamedScores> result;
  for (const auto& [name, outcomes] :
       by_name(runs, [](const auto& run) -> const Outcomes& { return run.variants; }))
    result.push_back({name, *scores_of(outcomes), std::nullopt});
  return result;
}

/// Rows of `Row`, each of what runs have of one place: a share of the work, or the seconds of a probe.
template <class Row>
std::vector<Row> score_places(const std::vector<const EvaluatedRun*>& runs, const std::vector<double>& places,
                              std::map<double, EvaluatedRun::AtShare> EvaluatedRun::*outcomes_at) {
  std::vector<Row> rows;
  for (const double place : places) {
    std::map<std::string, std::vector<const EvaluatedRun::AtShare*>> streams;
    for (const auto* run : runs)
      if (const auto at = (run->*outcomes_at).find(place); at != (run->*outcomes_at).end())
        streams[run->physical_run].push_back(&at->second);
    std::vector<Outcome> outcomes;
    std::vector<Outcome> durations;
    double ready = 0;
    for (const auto& [id, each] : streams) {
      std::vector<Outcome> energy;
      std::vector<Outcome> duration;
      for (const auto* at : each) {
        energy.push_back(at->energy);
        if (at->duration) duration.push_back(*at->duration);
        ready += at->ready / static_cast<double>(each.size());
      }
      outcomes.push_back(joined(energy));
      if (!duration.empty()) durations.push_back(joined(duration));
    }
    if (const auto scores = scores_of(outcomes))
      rows.push_back({place, *scores, scores_of(durations), ready / scores->runs});
  }
  return rows;
}

std::vector<OnlineEvaluation::ShareRow> score_shares(const std::vector<const EvaluatedRun*>& runs) {
  return score_places<OnlineEvaluation::ShareRow>(runs, observed_shares(), &EvaluatedRun::by_share);
}

std::vector<OnlineEvaluation::ProbeRow> score_probes(const std::vector<const EvaluatedRun*>& runs) {
  return score_places<OnlineEvaluation::ProbeRow>(runs, probed_seconds(), &EvaluatedRun::by_probe);
}

/// Several streams of one training count once.
int trainings(const std::vector<const EvaluatedRun*>& runs) {
  std::set<std::string> names;
  for (const auto* run : runs) names.insert(run->physical_run);
  return static_cast<int>(names.size());
}

}  // namespace

OnlineEvaluation summarise(const std::vector<EvaluatedRun>& runs) {
  OnlineEvaluation evaluation;
  std::vector<const EvaluatedRun*> all;
  std::map<std::tuple<std::string, std::string, int>, std::vector<const EvaluatedRun*>> groups;
  std::map<std::string, std::vector<const EvaluatedRun*>> sources;
  for (const auto& run : runs) {
    all.push_back(&run);
    groups[{run.source, run.architecture, run.nodes}].push_back(&run);
    sources[run.source].push_back(&run);
    for (const auto& moment : run.moments)
      evaluation.moments.push_back({run.source, run.architecture, run.physical_run, moment});
  }
  evaluation.runs = trainings(all);
  evaluation.methods = score_methods(all);
  evaluation.variants = score_variants(all);
  evaluation.by_share = score_shares(all);
  evaluation.by_probe = score_probes(all);
  for (const auto& [key, members] : groups)
    evaluation.groups.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), score_methods(members),
                                 score_variants(members), score_shares(members)});
  for (const auto& [name, members] : sources)
    evaluation.sources.push_back(
        {name, trainings(members), score_methods(members), score_shares(members), score_probes(members)});
  return evaluation;
}

}  // namespace joulecast::estimate
