// Tests on recorded runs how good the forecasts during training would have been.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/evaluation/online_scores.hpp"

namespace joulecast::session {

struct OnlineEvaluationRequest {
  std::vector<std::filesystem::path> roots;  ///< folders with run bundles at any depth
  /// STEP's stabilising epoch, or estimate::detect_stabilising. If empty, estimate::evaluate_run() chooses
  /// both epoch and window.
  std::optional<int> stabilising_unit{};
  int window = 5;  ///< STEP's window in epochs
  /// Number of threads that read bundles; 0 = one per processor.
  int threads = 0;
};

/// A run that is loaded when its turn comes. `load` may be called on any thread.
struct EvaluationSource {
  std::string name;  ///< path of a bundle or id of a stored run
  std::function<Result<trace::Run>()> load;
};

/// Scores every run; the same errors as evaluate_online() but for the roots. Unlike there, a run that cannot
/// be read is skipped as well.
[[nodiscard]] Result<estimate::OnlineEvaluation> evaluate_runs(std::span<const EvaluationSource> sources,
                                                               const OnlineEvaluationRequest& request);

/// Reads and scores every bundle below the roots. A bundle below two roots counts once. invalid if a root
/// does not exist or has no bundle, or if "stabilising_unit" or "window" is impossible; malformed if a bundle
/// is. A run that cannot be scored is listed in `skipped`.
[[nodiscard]] Result<estimate::OnlineEvaluation> evaluate_online(const OnlineEvaluationRequest& request);

}  // namespace joulecast::session
