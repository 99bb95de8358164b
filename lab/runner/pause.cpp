#include "lab/runner/pause.hpp"

#include <cerrno>

#include "base/clock.hpp"

namespace joulecast::lab {

Pause::Pause() {
  sigemptyset(&signals_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction now {};
    const bool ignored = ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
    if (!ignored) sigaddset(&signals_, number);  // nohup stays what it is
  }
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

Pause::~Pause() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Pause::wait(Seconds duration) {
  const auto deadline = system_clock().steady() + duration;
  while (!interrupted_) {
    const double left = (deadline - system_clock().steady()).value();
    if (left <= 0) return true;
    timespec patience{};
    patience.tv_sec = static_cast<time_t>(left);
    patience.tv_nsec = static_cast<long>((left - static_cast<double>(patience.tv_sec)) * 1e9);
    if (::sigtimedwait(&signals_, nullptr, &patience) > 0) interrupted_ = true;
  }
  return false;
}

}  // namespace joulecast::lab
