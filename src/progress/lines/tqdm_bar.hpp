// The bars of tqdm, which many frameworks draw with, and of programs that draw like it:
//
//   Epoch 3:  45%|████▌     | 45/100 [00:03<00:04, 12.3it/s, loss=0.25]
//   Epoch 3: 45it [00:03, 12.3it/s]                                      a total that is not known
//   Epoch 3: |          | 45/? [00:03<?, 12.3it/s]                       the same in Lightning
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

/// The parts of a bar. All refer to the text that it was found in.
struct Bar {
  std::string_view title;  ///< "Epoch 3", without its colon; "" for a bare bar
  double done = 0;
  std::optional<double> total;
  std::string_view unit;     ///< of "12.3batch/s" or "1.2s/batch": batch; "" where no rate stands there
  std::string_view figures;  ///< "loss=0.25, lr=0.01"; without a last one that may be cut
  std::string_view rest;     ///< what was written behind it on the same row
  bool fresh = false;        ///< drawn for the first time: what is done was done before it

  [[nodiscard]] bool full() const { return total && done >= *total; }
};

/// A bar at the text's beginning. Nothing where its total may be cut off by the end of a narrow terminal.
[[nodiscard]] std::optional<Bar> find_tqdm_bar(std::string_view text);

}  // namespace joulecast::progress
