#include "base/no_fork.hpp"

#include <pthread.h>

#include <chrono>
#include <thread>

namespace joulecast {
namespace {

constexpr std::chrono::milliseconds longest_wait{200};
constexpr std::chrono::microseconds between_tries{50};

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
thread_local bool is_taken = false;  ///< by this thread, while it forks

void before_fork() {
  const auto deadline = std::chrono::steady_clock::now() + longest_wait;
  while (!(is_taken = ::pthread_mutex_trylock(&mutex) == 0) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(between_tries);
}

void after_fork_in_parent() {
  if (is_taken) ::pthread_mutex_unlock(&mutex);
  is_taken = false;
}

void after_fork_in_child() {
  // a thread that the child does not have may hold it
  ::pthread_mutex_init(&mutex, nullptr);
  is_taken = false;
}

const int registered = ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);

}  // namespace

NoFork::NoFork() {
  ::pthread_mutex_lock(&mutex);
}

NoFork::~NoFork() {
  ::pthread_mutex_unlock(&mutex);
}

}  // namespace joulecast
