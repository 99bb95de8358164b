// How right the forecasts made while a training runs would have been, on recorded runs.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "estimate/evaluation/online_scores.hpp"

namespace joulecast::session {

struct OnlineEvaluationRequest {
  std::vector<std::filesystem::path> roots;  ///< folders that hold run bundles at any depth
  /// STEP's stabilising epoch, or estimate::detect_stabilising; nothing = estimate::evaluate_run() chooses it
  /// and the window.
  std::optional<int> stabilising_unit{};
  int window = 5;   ///< STEP's, in epochs
  int threads = 0;  ///< that read bundles; 0 = one for each processor
};

/// Reads and scores every bundle at or below the roots; one below two of them counts once. invalid where a
/// root does not exist or holds no bundle, or where "stabilising_unit" or "window" cannot be; malformed where
/// a bundle is. A run that cannot be scored is in `skipped`.
[[nodiscard]] Result<estimate::OnlineEvaluation> evaluate_online(const OnlineEvaluationRequest& request);

}  // namespace joulecast::session
