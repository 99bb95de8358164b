#include "run/orphans.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"

namespace joulecast::run {
namespace {
namespace fs = std::filesystem;

std::vector<std::string> children_of(const std::string& process) {
  std::vector<std::string> pids;
  std::error_code error;
  for (fs::directory_iterator task(fs::path("/proc") / process / "task", error), end; !error && task != end;
       task.increment(error)) {
    const auto list = read_file(task->path() / "children");
    if (!list) continue;
    for (const auto pid : split(*list, ' '))
      if (!trim(pid).empty()) pids.emplace_back(trim(pid));
  }
  return pids;
}

/// The name of a process, or "" if it has ended or is one of our own helpers, which run this program.
std::string name_of_stranger(const std::string& pid) {
  const fs::path folder = "/proc/" + pid;
  std::error_code ended, ignored;
  const auto program = fs::read_symlink(folder / "exe", ended);
  if (ended || program == fs::read_symlink("/proc/self/exe", ignored)) return {};
  const auto name = read_file(folder / "comm");
  return name ? std::string(trim(*name)) : std::string();
}

/// Adds those below a process. No process can be below itself, so this ends.
void add_strangers_below(const std::string& process, std::vector<pid_t>& found) {
  for (const auto& pid : children_of(process)) {
    const auto number = parse_uint(pid);
    if (number && !name_of_stranger(pid).empty()) found.push_back(static_cast<pid_t>(*number));
    add_strangers_below(pid, found);
  }
}

}  // namespace

std::vector<pid_t> strangers_below_this_process() {
  std::vector<pid_t> found;
  add_strangers_below("self", found);
  return found;
}

OrphanKeeper::OrphanKeeper() {
  ::prctl(PR_GET_CHILD_SUBREAPER, &before_, 0, 0, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

OrphanKeeper::~OrphanKeeper() {
  ::prctl(PR_SET_CHILD_SUBREAPER, static_cast<unsigned long>(before_), 0, 0, 0);
}

void OrphanKeeper::reap(pid_t command) const {
  for (;;) {
    siginfo_t ended{};
    // Only peeks at the process, because the command's own status must not be collected here.
    if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0) return;
    if (ended.si_pid == 0 || ended.si_pid == command) return;
    ::waitpid(ended.si_pid, nullptr, WNOHANG);
  }
}

std::vector<std::string> OrphanKeeper::left(pid_t command) const {
  std::vector<std::string> names;
  for (const auto& pid : children_of("self")) {
    if (pid == std::to_string(command)) continue;
    if (const auto name = name_of_stranger(pid); !name.empty()) names.push_back(printable(name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace joulecast::run
