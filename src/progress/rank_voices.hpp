// Which rank's word counts. The ranks of a training mostly do and say the same, which is to be heard once:
// of progress, of each metric and of each kind of window, that of the first rank that tells it counts for as
// long as the rank is there. Which one that is may differ: some trainings print on their last rank, some
// compute a metric on rank 0 alone.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "progress/event.hpp"

namespace joulecast::progress {

class RankVoices {
 public:
  /// The rank that measures, and all processes below it; any other number is another rank's.
  static constexpr int own = -1;

  /// Whether the event is this speaker's to tell. A speaker that knows better (Evidence) takes the progress
  /// over.
  [[nodiscard]] bool counts(int speaker, const Event& event);
  /// The speaker says nothing more: others may tell what was its to tell.
  void left(int speaker);

 private:
  using Owners = std::map<std::string, int>;
  [[nodiscard]] static bool owns(Owners& owners, const std::string& name, int speaker);

  std::optional<int> progress_;
  Evidence evidence_ = Evidence::guessed;
  Owners metrics_;
  Owners windows_;
};

}  // namespace joulecast::progress
