// Shared by the tests of the process around a command.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <thread>

#include "run/child.hpp"
#include "trace/run.hpp"

namespace joulecast::run {

inline int open_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

/// Waits for the child as a watching process does and returns its exit status.
inline int end_of(Child& child) {
  for (;;) {
    if (const auto status = child.reap()) return *status;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

inline ChildOptions shell(const std::string& script) {
  return {{"sh", "-c", script}, {}, true};
}

/// A machine that draws 100 W.
inline const trace::Run& recorded() {
  static const trace::Run run = [] {
    trace::Run made;
    made.span = {Seconds{0}, Seconds{3600}};
    trace::Trace power;
    power.channel.name = "cpu_w";
    power.channel.component = trace::Component::cpu;
    power.times = {0, 3600};
    power.values = {100, 100};
    made.traces = {power};
    return made;
  }();
  return run;
}

}  // namespace joulecast::run
