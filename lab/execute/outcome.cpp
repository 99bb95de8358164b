#include "lab/execute/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/text.hpp"

namespace joulecast::lab {
namespace {

bool says(const FailureSigns& signs, int exit_status) {
  return std::ranges::find(signs.exit_status, exit_status) != signs.exit_status.end();
}

std::string sign_or_status(const std::string& sign, int exit_status) {
  return sign.empty() ? fmt::format("exit status {}", exit_status) : sign;
}

constexpr int highest_signal = 64;

}  // namespace

Judgement judge(const EndSeen& end, const Plan& plan) {
  if (end.timed_out)
    return {Outcome::timeout, plan.timeout ? "after " + to_text(*plan.timeout) : std::string()};
  if (end.over_budget) return {Outcome::interrupted, "the energy budget was used up"};
  if (end.asked_to_end) return {Outcome::interrupted, "by the user"};
  if (end.exit_status == 0) return {Outcome::finished, {}};
  if (!end.memory_sign.empty() || says(plan.out_of_memory, end.exit_status))
    return {Outcome::out_of_memory, sign_or_status(end.memory_sign, end.exit_status)};
  if (!end.disk_sign.empty() || says(plan.disk_full, end.exit_status))
    return {Outcome::disk_full, sign_or_status(end.disk_sign, end.exit_status)};
  const int signal = end.exit_status - 128;
  if (signal == SIGKILL && end.kernel_killed)
    return {Outcome::out_of_memory, "killed by the kernel, which had no memory left"};
  if (signal > 0 && signal <= highest_signal) {
    const auto* const name = ::sigabbrev_np(signal);
    return {Outcome::killed,
            name != nullptr ? fmt::format("by SIG{}", name) : fmt::format("by signal {}", signal)};
  }
  return {Outcome::failed, fmt::format("exit status {}", end.exit_status)};
}

}  // namespace joulecast::lab
