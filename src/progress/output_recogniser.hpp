// Progress and metrics from what trainings print anyway. Reads a copy of the output and never changes it.
// Which formats are known: src/progress/formats, docs/progress.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "progress/event.hpp"

namespace joulecast::progress {

struct RecogniserOptions {
  /// A user's own patterns (RE2) in place of the formats: group 1 is the epoch's or step's number, group 2,
  /// if any, the total.
  std::string epoch_regex;
  std::string step_regex;
};

/// Where output came from. What stands half written on one is not continued by the other.
enum class Stream { output, error };

class OutputRecogniser {
 public:
  /// invalid where a pattern does not compile or has no group (where = the option's name).
  [[nodiscard]] static Result<OutputRecogniser> create(RecogniserOptions options = {});
  OutputRecogniser(OutputRecogniser&&) noexcept;
  OutputRecogniser& operator=(OutputRecogniser&&) noexcept;
  ~OutputRecogniser();

  /// Takes output as it came, in pieces of any length. Returns the events that were found, each with the time
  /// when its line's last character arrived.
  std::vector<Event> feed(std::string_view bytes, SteadyTime time, Stream stream = Stream::output);
  /// Reads lines that have no end yet, as bars have none. Call it when output has been quiet for a while
  /// (0.2 s), and once more at the end.
  std::vector<Event> settle();

 private:
  struct State;
  explicit OutputRecogniser(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::progress
