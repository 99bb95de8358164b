// A thread that brings a run's journal to the server while the run runs, and tries again as long as it has
// to. It alone waits for the server: neither the measurement nor the thread that writes the journal does.
// Internal to the store.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/thread.hpp"
#include "store/journal_file.hpp"

namespace joulecast::store::postgres {

class Deliverer {
 public:
  /// `url` may hold a password; the journal's head does not.
  Deliverer(std::string url, JournalFile journal);
  /// Leaves what has not been delivered to the next command. Does not wait for a server that does not answer.
  ~Deliverer();
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  [[nodiscard]] Status add(const JournalEntry& entry);
  /// Waits until all is delivered, but not longer. Returns whether it is.
  [[nodiscard]] bool wait_until_done(std::chrono::steady_clock::time_point end);
  /// Why nothing can be delivered at present.
  [[nodiscard]] std::optional<Error> trouble() const;
  /// The server is there, and does not take the run: there is nothing to wait for at the run's end.
  [[nodiscard]] bool is_refused() const;
  /// Somebody has removed the run from the store.
  [[nodiscard]] bool is_gone() const;
  [[nodiscard]] const std::string& journal() const;

 private:
  class State;
  std::shared_ptr<State> state_;
  Thread thread_;
};

}  // namespace joulecast::store::postgres
