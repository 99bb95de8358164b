#include "base/thread.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <memory>

namespace joulecast {
namespace {

/// What a thread gets where stacks are unlimited, so the vendors' drivers are content with it.
constexpr std::size_t least_stack = 2 << 20;

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

class Attributes {
 public:
  Attributes() { ::pthread_attr_init(&attributes_); }
  ~Attributes() { ::pthread_attr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] pthread_attr_t* get() { return &attributes_; }

 private:
  pthread_attr_t attributes_{};
};

void* do_work(void* given) {
  const std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(given));
  (*work)();
  return nullptr;
}

}  // namespace

Thread& Thread::operator=(Thread&& other) noexcept {
  if (joinable_) std::terminate();
  handle_ = other.handle_;
  joinable_ = std::exchange(other.joinable_, false);
  return *this;
}

Thread::~Thread() {
  if (joinable_) std::terminate();
}

void Thread::join() {
  if (std::exchange(joinable_, false)) ::pthread_join(handle_, nullptr);
}

void Thread::detach() {
  if (std::exchange(joinable_, false)) ::pthread_detach(handle_);
}

Result<Thread> start_thread(std::function<void()> work) {
  const SignalsBlocked blocked;
  Attributes attributes;
  std::size_t stack = 0;
  ::pthread_attr_getstacksize(attributes.get(), &stack);
  ::pthread_attr_setstacksize(attributes.get(), std::max(stack, least_stack));
  auto given = std::make_unique<std::function<void()>>(std::move(work));
  pthread_t handle{};
  if (const int error = ::pthread_create(&handle, attributes.get(), do_work, given.get()); error != 0)
    return fail(ErrorKind::retry, "thread", "cannot be started: {}", std::strerror(error));
  (void)given.release();  // the thread's
  return Thread(handle);
}

}  // namespace joulecast
