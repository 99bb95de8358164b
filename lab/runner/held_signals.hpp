// Signals that ask this process to end, held while a campaign goes on.
#pragma once

#include <array>
#include <csignal>

namespace joulecast::lab {

/// While it exists, SIGINT, SIGTERM, SIGHUP and SIGQUIT do not end this process but are remembered, so that
/// the campaign ends in its own way: with what it had set put back, and with its summary. Whoever blocks them
/// meanwhile (a Pause, a measured run) takes them first. What was ignored stays so. A write that fails
/// (SIGPIPE, SIGXFSZ) fails with an error that is told. One at a time.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  [[nodiscard]] bool asked_to_end() const;
  /// For a run that began just when a signal was remembered: sends it again, to be taken by the run. From any
  /// thread.
  void pass_on() const;

 private:
  static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  static constexpr std::array survived{SIGPIPE, SIGXFSZ};
  std::array<struct sigaction, numbers.size()> before_{};
  std::array<struct sigaction, survived.size()> survived_before_{};
};

}  // namespace joulecast::lab
