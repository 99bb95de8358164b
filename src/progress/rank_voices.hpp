// Which rank's word counts. The ranks of a training mostly do and say the same, which is to be heard once:
// of progress, of each metric and of each kind of window, that of the first rank that tells it counts for as
// long as the rank is there. Which one that is may differ: some trainings print on their last rank, some
// compute a metric on rank 0 alone.
//
// The ranks do not end at the same moment. Once the teller has left at the end of its training, the others
// that were there say late what it has told already: they are heard again from where they go beyond it.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "progress/event.hpp"

namespace joulecast::progress {

class RankVoices {
 public:
  /// The rank that measures, and all processes below it; any other number is another rank's.
  static constexpr int own = -1;

  /// Whether the event is this speaker's to tell. A speaker that knows better (Evidence) takes the progress
  /// over.
  [[nodiscard]] bool counts(int speaker, const Event& event);
  /// A rank has attached.
  void joined(int speaker) { speakers_[speaker]; }
  /// The speaker says nothing more: others may tell what was its to tell. One that came to its end has told
  /// all that it had to tell; one that died or failed may have left work to be done again.
  void left(int speaker, bool came_to_its_end);

 private:
  /// How far a training has come, by what it has said.
  struct Position {
    int phases = 0;
    int epochs = 0;  ///< beginnings and ends
    double work = 0;
    auto operator<=>(const Position&) const = default;
    void follow(const Event& event);
  };
  using NameOf = std::pair<bool, std::string>;  ///< whether it is a metric, else a window
  struct Speaker {
    Position position;
    std::map<NameOf, int> said = {};  ///< how often
    /// What those who have left told before, as far as this one has not come that far.
    std::optional<Position> told = {};
    std::map<NameOf, int> told_names = {};
  };
  [[nodiscard]] bool owns(int speaker, const Event& event);
  [[nodiscard]] bool repeats(int speaker, const Event& event);

  std::optional<int> progress_;
  Evidence evidence_ = Evidence::guessed;
  std::map<NameOf, int> owners_;
  std::map<int, Speaker> speakers_ = {{own, {}}};
};

}  // namespace joulecast::progress
