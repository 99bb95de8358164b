#include "progress/rank_voices.hpp"

#include <algorithm>

namespace joulecast::progress {
namespace {

/// More names than any training has; those beyond are heard from every rank.
constexpr std::size_t most_names = 10'000;

}  // namespace

bool RankVoices::owns(Owners& owners, const std::string& name, int speaker) {
  if (const auto found = owners.find(name); found != owners.end()) return found->second == speaker;
  if (owners.size() < most_names) owners.emplace(name, speaker);
  return true;
}

bool RankVoices::counts(int speaker, const Event& event) {
  if (event.kind == EventKind::metric) return owns(metrics_, event.name, speaker);
  if (event.kind == EventKind::window_begin || event.kind == EventKind::window_end)
    return owns(windows_, event.name, speaker);
  const bool knows_better = progress_ && event.evidence > evidence_;
  if (progress_ && *progress_ != speaker && !knows_better) return false;
  if (!advances_progress(event.kind)) return true;
  progress_ = speaker;
  evidence_ = std::max(evidence_, event.evidence);
  return true;
}

void RankVoices::left(int speaker) {
  const auto is_of_speaker = [&](const auto& entry) { return entry.second == speaker; };
  std::erase_if(metrics_, is_of_speaker);
  std::erase_if(windows_, is_of_speaker);
  if (progress_ != speaker) return;
  progress_.reset();
  evidence_ = Evidence::guessed;
}

}  // namespace joulecast::progress
