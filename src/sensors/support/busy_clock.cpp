#include "sensors/support/busy_clock.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/package_facts.hpp"

namespace joulecast::sensors {
namespace {

/// A group of CPUs that was busy for less than this share of the time is not asked for its clock.
constexpr double busy_share = 0.05;
/// Enough for a mean clock, and few enough to leave the others in peace.
constexpr std::size_t most_clocks = 16;

}  // namespace

std::unique_ptr<BusyClock> BusyClock::open(const Environment& environment) {
  std::vector<Policy> policies;
  for (const auto& folder : entries(environment.roots.sys / "devices/system/cpu/cpufreq", "policy")) {
    Policy policy{folder / "scaling_cur_freq", {}};
    std::error_code error;
    if (!std::filesystem::exists(policy.clock, error)) continue;
    const auto cpus = first_line(folder / "affected_cpus").value_or("");
    for (const auto word : split(cpus, ' '))
      if (const auto cpu = parse_int(word)) policy.cpus.push_back(static_cast<int>(*cpu));
    if (policy.cpus.empty())  // its number is that of its first CPU
      if (const auto cpu = parse_int(folder.filename().string().substr(6)))
        policy.cpus.push_back(static_cast<int>(*cpu));
    policies.push_back(std::move(policy));
  }
  if (policies.empty()) return nullptr;
  return std::unique_ptr<BusyClock>(new BusyClock(environment.roots.proc / "stat", std::move(policies)));
}

std::optional<double> BusyClock::look() {
  const auto text = read_file(stat_);
  if (!text) return {};
  const auto now = parse_each_cpu_ticks(*text);
  struct Busy {
    const Policy* policy;
    double ticks;
  };
  std::vector<Busy> busy;
  for (const auto& policy : policies_) {
    double ticks = 0, total = 0;
    for (const int cpu : policy.cpus) {
      const auto here = now.find(cpu);
      const auto there = before_.find(cpu);
      if (here == now.end() || there == before_.end() || here->second.busy < there->second.busy) continue;
      ticks += static_cast<double>(here->second.busy - there->second.busy);
      total += static_cast<double>(here->second.total - there->second.total);
    }
    if (ticks > 0 && ticks >= busy_share * total) busy.push_back({&policy, ticks});
  }
  before_ = now;
  std::ranges::stable_sort(busy, std::greater{}, &Busy::ticks);
  if (busy.size() > most_clocks) busy.resize(most_clocks);
  double sum = 0, weight = 0;
  for (const auto& [policy, ticks] : busy)
    if (const auto ghz = ghz_in(policy->clock)) sum += ticks * *ghz, weight += ticks;
  if (weight <= 0) return {};
  return sum / weight;
}

ClockWatch::ClockWatch(std::unique_ptr<BusyClock> clock, Seconds interval)
    : clock_(std::move(clock)), interval_(interval) {}

ClockWatch::~ClockWatch() {
  stop_ = true;
  ++requests_;
  requests_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ClockWatch::ask(SteadyTime now) {
  if (next_ && now < *next_) return;
  if (next_) {
    next_ = now + interval_;
  } else {
    // The first look only prepares the next
    next_ = now + std::min(interval_, Seconds{1});
    if (auto thread = start_thread([this] { work(); })) thread_ = std::move(*thread);
  }
  ++requests_;
  requests_.notify_one();
}

std::optional<double> ClockWatch::ghz() const {
  const double ghz = ghz_;
  return ghz > 0 ? std::optional(ghz) : std::nullopt;
}

void ClockWatch::work() {
  for (unsigned seen = 0;;) {
    requests_.wait(seen);
    seen = requests_;
    if (stop_) return;
    if (const auto ghz = clock_->look()) ghz_ = *ghz;
  }
}

}  // namespace joulecast::sensors
