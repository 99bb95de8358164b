#include "base/thread.hpp"

#include <csignal>
#include <system_error>
#include <utility>

namespace joulecast {
namespace {

/// While this object exists, the calling thread and the threads that it starts handle no signals.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t signals;
    sigfillset(&signals);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) sigdelset(&signals, fault);
    ::pthread_sigmask(SIG_SETMASK, &signals, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Result<std::thread> start_thread(std::function<void()> work) {
  const SignalsBlocked blocked;
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& error) {
    return fail(ErrorKind::retry, "thread", "cannot be started: {}", error.code().message());
  }
}

}  // namespace joulecast
