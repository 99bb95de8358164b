#include "progress/rank_voices.hpp"

#include <algorithm>

namespace joulecast::progress {
namespace {

/// More names than any training has; those beyond are heard from every rank.
constexpr std::size_t most_names = 10'000;
/// Of each rank: names beyond are not counted.
constexpr std::size_t most_counted = 1'000;

}  // namespace

void RankVoices::Position::follow(const Event& event) {
  using enum EventKind;
  if (event.kind == phase_begin || event.kind == phase_end) {
    *this = {.phases = phases + 1};
  } else if (event.kind == epoch_begin || event.kind == epoch_end || event.kind == round_begin) {
    ++epochs;
    work = 0;
  } else if (event.kind == progress) {
    work = std::max(work, event.work.value_or(0));
  }
}

bool RankVoices::owns(int speaker, const Event& event) {
  const NameOf name{event.kind == EventKind::metric, event.name};
  auto& [position, said, told, told_names] = speakers_[speaker];
  if (said.size() < most_counted || said.contains(name)) ++said[name];
  if (const auto before = told_names.find(name); before != told_names.end()) {
    if (said[name] <= before->second) return false;
    told_names.erase(before);
  }
  if (const auto found = owners_.find(name); found != owners_.end()) return found->second == speaker;
  if (owners_.size() < most_names) owners_.emplace(name, speaker);
  return true;
}

/// Whether the speaker has come no further than what was told before.
bool RankVoices::repeats(int speaker, const Event& event) {
  auto& [position, said, told, told_names] = speakers_[speaker];
  position.follow(event);
  if (told && position > *told) told.reset();
  return told.has_value();
}

bool RankVoices::counts(int speaker, const Event& event) {
  if (event.kind == EventKind::metric || event.kind == EventKind::window_begin ||
      event.kind == EventKind::window_end)
    return owns(speaker, event);
  if (repeats(speaker, event)) return false;
  const bool knows_better = progress_ && event.evidence > evidence_;
  if (progress_ && *progress_ != speaker && !knows_better) return false;
  if (!advances_progress(event.kind)) return true;
  progress_ = speaker;
  evidence_ = std::max(evidence_, event.evidence);
  return true;
}

void RankVoices::left(int speaker, bool came_to_its_end) {
  const auto node = speakers_.extract(speaker);
  if (node && came_to_its_end) {
    const auto& gone = node.mapped();
    for (auto& [number, other] : speakers_) {
      if (progress_ == speaker && other.position <= gone.position)
        other.told = std::max(other.told, std::optional(gone.position));
      for (const auto& [name, times] : gone.said) {
        const auto owner = owners_.find(name);
        if (owner == owners_.end() || owner->second != speaker) continue;
        const auto said = other.said.find(name);
        if (said != other.said.end() && said->second >= times) continue;
        auto& told = other.told_names[name];
        told = std::max(told, times);
      }
    }
  }
  std::erase_if(owners_, [&](const auto& entry) { return entry.second == speaker; });
  if (progress_ != speaker) return;
  progress_.reset();
  evidence_ = Evidence::guessed;
}

}  // namespace joulecast::progress
