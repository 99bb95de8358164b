// Epochs and metrics from the lines that trainings print anyway: Keras, Lightning, Hugging Face Trainer,
// tqdm, fastai and plain "Epoch 3/90 loss=0.1". Reads a copy of the output and never changes it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "progress/event.hpp"

namespace joulecast::progress {

struct RecogniserOptions {
  /// A user's own pattern (ECMAScript) in place of the built-in ones: group 1 is the epoch, group 2, if any,
  /// the total.
  std::string epoch_regex;
};

class OutputRecogniser {
 public:
  /// invalid where epoch_regex does not compile or has no group.
  [[nodiscard]] static Result<OutputRecogniser> create(RecogniserOptions options = {});
  OutputRecogniser(OutputRecogniser&&) noexcept;
  OutputRecogniser& operator=(OutputRecogniser&&) noexcept;
  ~OutputRecogniser();

  /// Takes output as it came, in pieces of any length. A \r, as progress bars write it, ends a line like \n.
  /// Returns the events that were found.
  std::vector<Event> feed(std::string_view bytes, SteadyTime time);

 private:
  struct State;
  explicit OutputRecogniser(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::progress
