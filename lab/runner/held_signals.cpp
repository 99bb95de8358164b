#include "lab/runner/held_signals.hpp"

#include <unistd.h>

#include <atomic>

namespace joulecast::lab {
namespace {

std::atomic<int> heard{0};  ///< the last signal that was remembered; 0 = none
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may write it");

void remember(int number) {
  heard = number;
}

/// A handler, where ignoring would do: commands must not inherit it.
void survive(int /*number*/) {}

}  // namespace

HeldSignals::HeldSignals() {
  heard = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ::sigaction(numbers[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(numbers[i], &action, nullptr);
  }
  action.sa_handler = survive;
  for (std::size_t i = 0; i < survived.size(); ++i) {
    ::sigaction(survived[i], nullptr, &survived_before_[i]);
    if (survived_before_[i].sa_handler != SIG_IGN) ::sigaction(survived[i], &action, nullptr);
  }
}

HeldSignals::~HeldSignals() {
  for (std::size_t i = 0; i < survived.size(); ++i) ::sigaction(survived[i], &survived_before_[i], nullptr);
  for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], &before_[i], nullptr);
}

bool HeldSignals::asked_to_end() const {
  return heard != 0;
}

void HeldSignals::pass_on() const {
  if (const int number = heard.exchange(0); number != 0) ::kill(::getpid(), number);
}

}  // namespace joulecast::lab
