// Starts threads that do not disturb a host program.
#pragma once

#include <functional>
#include <thread>

#include "base/result.hpp"

namespace joulecast {

/// A thread that handles no signals, which stay with the host program's threads. Only faults of the thread
/// itself (SIGSEGV, …) reach it. retry if the system allows no more threads.
[[nodiscard]] Result<std::thread> start_thread(std::function<void()> work);

}  // namespace joulecast
