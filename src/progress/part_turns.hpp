// Parts of a training that run at the same time take turns in the output: "[seed 0] epoch 3/10", "[seed 1]
// epoch 2/10". They are no phases one after the other. An epoch is over when the slowest of them has done it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

namespace joulecast::progress {

class PartTurns {
 public:
  enum class Meaning {
    begins,   ///< a part that follows the one before
    goes_on,  ///< of the part that runs, or of the slowest that do
    ahead,    ///< of one that others have yet to catch up with
  };
  /// A line of `part`, which is at `epoch` of `total`.
  [[nodiscard]] Meaning take(const std::string& part, int epoch, std::optional<double> total);
  [[nodiscard]] bool take_turns() const { return take_turns_; }

 private:
  struct Stream {
    int epoch = 0;
    int lines_since = 0;  ///< of others, since its last one
    int longest_wait = 1;
  };
  Meaning take_turn(const std::string& part, int epoch);

  std::map<std::string, Stream> streams_;
  std::string running_;
  int running_from_ = 0;              ///< the first epoch of the one that runs
  std::optional<double> running_of_;  ///< its epochs
  std::set<std::string> waiting_;     ///< named beside it, in its first epoch: after it or at the same time?
  bool take_turns_ = false;
};

}  // namespace joulecast::progress
