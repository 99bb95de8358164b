#include "session/evaluate/online.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "estimate/online/method.hpp"
#include "formats/run_bundle.hpp"

namespace joulecast::session {
namespace {

using estimate::EvaluatedRun;
using estimate::OnlineEvaluation;

constexpr int most_units = 1'000'000;

Status check(const OnlineEvaluationRequest& request) {
  if (request.window < 1) return fail_field("window", "must be 1 or more, not {}", request.window);
  const int unit = request.stabilising_unit.value_or(0);
  if (unit != estimate::detect_stabilising && (unit < 0 || unit > most_units))
    return fail_field("stabilising_epoch", "is a number of epochs or 'detect', not '{}'", unit);
  return {};
}

/// One result per run, in the order of the sources, whichever thread computed it.
std::vector<Result<EvaluatedRun>> evaluate_all(std::span<const EvaluationSource> sources,
                                               const OnlineEvaluationRequest& request) {
  std::optional<estimate::StepSetting> step;
  if (request.stabilising_unit) step = {*request.stabilising_unit, request.window};
  std::vector<Result<EvaluatedRun>> results(sources.size(), EvaluatedRun{});
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < sources.size(); i = next++) {
      const auto run = sources[i].load();
      results[i] = run ? estimate::evaluate_run(*run, step) : Result<EvaluatedRun>(propagate(run.error()));
    }
  };
  const auto wanted =
      request.threads > 0 ? static_cast<unsigned>(request.threads) : std::thread::hardware_concurrency();
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min<std::size_t>(wanted, sources.size()); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  return results;
}

Result<OnlineEvaluation> scored(std::span<const EvaluationSource> sources,
                                std::vector<Result<EvaluatedRun>> results, bool skip_unreadable) {
  std::vector<EvaluatedRun> runs;
  std::vector<OnlineEvaluation::Skipped> skipped;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i])
      runs.push_back(std::move(*results[i]));
    else if (skip_unreadable || results[i].error().kind == ErrorKind::invalid)
      skipped.push_back({sources[i].name, results[i].error().message});
    else
      return propagate(results[i].error());
  }
  auto evaluation = estimate::summarise(runs);
  evaluation.skipped = std::move(skipped);
  return evaluation;
}

}  // namespace

Result<OnlineEvaluation> evaluate_online(const OnlineEvaluationRequest& request) {
  if (auto ok = check(request); !ok) return propagate(ok.error());
  std::set<std::filesystem::path> found;  // a bundle below two of the roots counts once
  for (const auto& root : request.roots) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(root, ignored))
      return fail(ErrorKind::invalid, root.string(), "is not a directory");
    const auto bundles = formats::find_run_bundles(root);
    if (bundles.empty()) return fail(ErrorKind::invalid, root.string(), "holds no run bundle (no run.json)");
    found.insert(bundles.begin(), bundles.end());
  }
  std::vector<EvaluationSource> sources;
  for (const auto& path : found)
    sources.push_back({path.string(), [path] { return formats::read_run_bundle(path); }});
  return scored(sources, evaluate_all(sources, request), /*skip_unreadable=*/false);
}

Result<OnlineEvaluation> evaluate_runs(std::span<const EvaluationSource> sources,
                                       const OnlineEvaluationRequest& request) {
  if (auto ok = check(request); !ok) return propagate(ok.error());
  return scored(sources, evaluate_all(sources, request), /*skip_unreadable=*/true);
}

}  // namespace joulecast::session
