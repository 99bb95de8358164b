#include "lab/slurm/scheduler.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "lab/execute/tool.hpp"

namespace joulecast::lab {
namespace {

/// A busy controller takes its time.
constexpr Seconds patience{60};
constexpr std::size_t usual_largest_array = 1001;

/// The value behind "Key=" in a line of such pairs.
std::string value_of(std::string_view text, std::string_view key) {
  const auto wanted = std::string(key) + "=";
  for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '\n') continue;
    const auto begin = at + wanted.size();
    return std::string(text.substr(begin, text.find_first_of(" \n", begin) - begin));
  }
  return {};
}

struct Meaning {
  std::string_view state;
  Outcome outcome;
  std::string_view reason;
};
constexpr std::array meanings{
    Meaning{"TIMEOUT", Outcome::timeout, "by Slurm's time limit"},
    Meaning{"DEADLINE", Outcome::timeout, "by Slurm's deadline"},
    Meaning{"OUT_OF_MEMORY", Outcome::out_of_memory, "by Slurm's memory limit"},
    Meaning{"NODE_FAIL", Outcome::killed, "its node failed"},
    Meaning{"BOOT_FAIL", Outcome::killed, "its node did not start"},
    Meaning{"PREEMPTED", Outcome::interrupted, "another job took its node"},
    Meaning{"CANCELLED", Outcome::interrupted, "cancelled in Slurm"},
};

}  // namespace

Result<std::string> submit(const std::string& script) {
  const auto answer = ask_tool({"sbatch", "--parsable", script}, patience);
  if (!answer) return propagate(answer.error());
  // "1234", or "1234;cluster"; warnings may stand before it.
  const auto lines = split(*answer, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const auto job = trim(line->substr(0, line->find(';')));
    if (parse_uint(job)) return std::string(job);
  }
  return fail(ErrorKind::malformed, "sbatch", "names no job: {}", trim(*answer));
}

std::size_t largest_array() {
  const auto answer = ask_tool({"scontrol", "show", "config"}, patience);
  if (!answer) return usual_largest_array;
  for (const auto line : split(*answer, '\n')) {
    const auto equals = line.find('=');
    if (equals == line.npos || trim(line.substr(0, equals)) != "MaxArraySize") continue;
    if (const auto number = parse_uint(trim(line.substr(equals + 1)))) return *number;
  }
  return usual_largest_array;
}

std::map<SlurmTask, std::string> parse_queue(std::string_view text) {
  std::map<SlurmTask, std::string> tasks;
  for (const auto line : split(text, '\n')) {
    const auto words = split(trim(line), ' ');
    const auto index = words.size() == 3 ? parse_int(words[1]) : std::nullopt;
    if (index) tasks[{std::string(words[0]), static_cast<int>(*index)}] = std::string(words[2]);
  }
  return tasks;
}

Result<std::map<SlurmTask, std::string>> tasks_in_queue() {
  const auto answer = ask_tool({"squeue", "--me", "--noheader", "--array", "--format=%F %K %T"}, patience);
  if (!answer) return propagate(answer.error());
  return parse_queue(*answer);
}

std::optional<std::string> job_named(const std::string& name) {
  const auto answer = ask_tool({"squeue", "--me", "--noheader", "--format=%F", "--name=" + name}, patience);
  if (!answer) return std::nullopt;
  const auto line = trim(std::string_view(*answer).substr(0, answer->find('\n')));
  return parse_uint(line) ? std::optional(std::string(line)) : std::nullopt;
}

std::optional<SlurmEnd> parse_accounting(std::string_view text) {
  const auto line = trim(text.substr(0, text.find('\n')));
  const auto cells = split(line, '|');
  if (cells.size() != 2 || cells[0].empty()) return std::nullopt;
  // "CANCELLED by 1000"
  return SlurmEnd{std::string(cells[0].substr(0, cells[0].find(' '))), std::string(cells[1])};
}

std::optional<SlurmEnd> parse_job(std::string_view text) {
  SlurmEnd end{value_of(text, "JobState"), value_of(text, "ExitCode")};
  return end.state.empty() ? std::nullopt : std::optional(std::move(end));
}

SlurmEnd end_of(const SlurmTask& task) {
  const auto name = fmt::format("{}_{}", task.job, task.index);
  if (const auto answer =
          ask_tool({"sacct", "-n", "-P", "-X", "-j", name, "--format=State,ExitCode"}, patience))
    if (const auto end = parse_accounting(*answer)) return *end;
  if (const auto answer = ask_tool({"scontrol", "--oneliner", "show", "job", name}, patience))
    if (const auto end = parse_job(*answer)) return *end;
  return {};
}

std::pair<Outcome, std::string> judge(const SlurmEnd& end, const std::string& log) {
  for (const auto& [state, outcome, reason] : meanings)
    if (end.state == state) return {outcome, std::string(reason)};
  if (end.state.empty()) return {Outcome::failed, "Slurm has forgotten how it ended; see " + log};
  if (end.exit.starts_with("143:")) return {Outcome::killed, "by SIGTERM"};  // see run_task()
  return {Outcome::failed, fmt::format("{}{} in Slurm without a result; see {}", end.state,
                                       end.exit.empty() ? "" : fmt::format(" with exit {}", end.exit), log)};
}

}  // namespace joulecast::lab
