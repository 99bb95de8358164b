// Threads that a host program does not notice.
#pragma once

#include <functional>
#include <thread>

#include "base/result.hpp"

namespace joulecast {

/// A thread that takes no signals: they stay with the threads of the program that we run in. Only the faults
/// of the thread itself (SIGSEGV, …) reach it. retry where the system allows no more threads.
[[nodiscard]] Result<std::thread> start_thread(std::function<void()> work);

}  // namespace joulecast
