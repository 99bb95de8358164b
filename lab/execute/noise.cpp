#include "lab/execute/noise.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "lab/execute/tool.hpp"
#include "run/program_file.hpp"

namespace joulecast::lab {
namespace {

/// The number behind a word: "some avg10=1.23", "oom_kill 4".
std::optional<double> number_behind(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = text.substr(at + word.size());
  return parse_double(trim(rest.substr(0, rest.find_first_of(" \n"))));
}

void read_pressure(const Roots& roots, NoiseCounters& counters) {
  const auto text = read_file(roots.proc / "pressure" / "cpu");
  if (!text) return;
  if (const auto percent = number_behind(*text, "some avg10=")) counters.recent_pressure = *percent / 100;
  if (const auto us = number_behind(*text, "total=")) counters.waited = Seconds{*us * 1e-6};
}

/// The first line of /proc/stat: user nice system idle iowait irq softirq steal, in clock ticks.
std::optional<Seconds> read_busy(const Roots& roots) {
  const auto text = read_file(roots.proc / "stat");
  if (!text || !text->starts_with("cpu ")) return std::nullopt;
  double ticks = 0;
  int column = 0;
  const std::string_view line = std::string_view(*text).substr(4, text->find('\n') - 4);
  for (const auto word : split(line, ' ')) {
    const auto number = parse_double(word);
    if (!number) continue;
    constexpr int idle = 3, waiting = 4, last = 7;
    if (column != idle && column != waiting && column <= last) ticks += *number;
    ++column;
  }
  return Seconds{ticks / static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

Seconds children_time() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Seconds{seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

}  // namespace

NoiseCounters read_noise(const Roots& roots) {
  NoiseCounters counters;
  if (const auto text = read_file(roots.proc / "loadavg"))
    counters.load = parse_double(std::string_view(*text).substr(0, text->find(' ')));
  read_pressure(roots, counters);
  counters.busy = read_busy(roots);
  counters.children = children_time();
  if (const auto text = read_file(roots.proc / "vmstat"))
    if (const auto kills = number_behind(*text, "\noom_kill "))
      counters.oom_kills = static_cast<std::uint64_t>(*kills);
  return counters;
}

Noise noise_between(const NoiseCounters& before, const NoiseCounters& after, Seconds elapsed) {
  Noise noise;
  noise.load = before.load;
  if (!(elapsed > Seconds{0})) return noise;
  if (before.waited && after.waited)
    noise.pressure = std::clamp((*after.waited - *before.waited) / elapsed, 0.0, 1.0);
  if (before.busy && after.busy)
    noise.others_cpu =
        std::max(0.0, ((*after.busy - *before.busy) - (after.children - before.children)) / elapsed);
  return noise;
}

std::vector<std::string> why_busy(const NoiseCounters& now, const Quiet& quiet, int cpus,
                                  std::optional<int> gpu_processes) {
  std::vector<std::string> reasons;
  if (now.load && *now.load > quiet.load * cpus)
    reasons.push_back(fmt::format("{:.1f} processes ran on {} CPUs in the last minute", *now.load, cpus));
  if (now.recent_pressure && *now.recent_pressure > quiet.pressure)
    reasons.push_back(
        fmt::format("processes waited for a CPU in {:.0f} % of the last 10 s", 100 * *now.recent_pressure));
  if (gpu_processes.value_or(0) > 0)
    reasons.push_back(
        fmt::format("{} other process{} the GPUs", *gpu_processes, *gpu_processes == 1 ? " uses" : "es use"));
  return reasons;
}

std::vector<int> other_campaigns(const Roots& roots) {
  std::vector<int> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(roots.proc, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto pid = parse_uint(entry->path().filename().string());
    if (!pid || static_cast<pid_t>(*pid) == ::getpid()) continue;
    const auto text = read_file(entry->path() / "cmdline");
    if (!text) continue;
    const auto words = split(*text, '\0');
    const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    const bool is_lab = words.size() > 2 && std::filesystem::path(words[0]).filename() == "joulecast" &&
                        words[1] == "lab" && words[2] == "run";
    if (is_lab && !has("--dry-run") && !has("slurm") && !has("--executor=slurm"))
      found.push_back(static_cast<int>(*pid));
  }
  return found;
}

std::optional<int> count_gpu_processes(const std::vector<std::string>& gpus) {
  if (run::find_program("nvidia-smi").empty()) return std::nullopt;
  std::vector<std::string> words{"nvidia-smi", "--query-compute-apps=pid", "--format=csv,noheader"};
  if (!gpus.empty()) words.push_back(fmt::format("--id={}", fmt::join(gpus, ",")));
  const auto answer = ask_tool(words);
  if (!answer) return std::nullopt;
  int count = 0;
  for (const auto line : split(*answer, '\n')) count += parse_uint(trim(line)) ? 1 : 0;
  return count;
}

}  // namespace joulecast::lab
