#include "sensors/support/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/system_error.hpp"
#include "base/text.hpp"

namespace joulecast::sensors {
namespace {

constexpr std::size_t most_open_files = 32;

/// Reads a small file below a folder into a buffer: no allocation.
std::optional<std::string_view> read_at(int folder, const char* name, std::span<char> buffer) {
  const Descriptor file(::openat(folder, name, O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  const auto got = ::read(file.get(), buffer.data(), buffer.size());
  if (got < 0) return std::nullopt;
  return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

/// Calls `take` for every all-digit name in a folder. Uses getdents64 directly, because opendir allocates
/// memory.
template <class Take>
void for_each_number(int folder, const char* name, Take take) {
  const Descriptor list(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!list) return;
  alignas(dirent64) std::array<char, 8192> buffer;
  for (;;) {
    const auto got = ::syscall(SYS_getdents64, list.get(), buffer.data(), buffer.size());
    if (got <= 0) return;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      if (const auto number = parse_uint(entry->d_name)) take(static_cast<int>(*number));
      at += entry->d_reclen;
    }
  }
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  ProcessStat stat;
  const auto pid = parse_uint(text.substr(0, text.find(' ')));
  const auto bracket = text.rfind(')');
  if (!pid || bracket == std::string_view::npos) return std::nullopt;
  stat.pid = static_cast<int>(*pid);
  const auto name = text.substr(text.find('(') + 1);
  stat.helper = name.starts_with("jc-relay)") || name.starts_with("jc-session)");
  auto rest = trim(text.substr(bracket + 1));
  std::array<std::int64_t, 22> fields{};  // proc_pid_stat(5), from field 3 (the state, a letter) on
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto word = rest.substr(0, rest.find_first_of(" \n"));
    if (word.empty()) return std::nullopt;
    if (i > 0) {
      const auto value = parse_int(word);
      if (value)
        fields[i] = *value;
      else if (const auto big = parse_uint(word))
        fields[i] = static_cast<std::int64_t>(*big);
      else
        return std::nullopt;
    }
    rest = trim(rest.substr(word.size()));
  }
  stat.parent = static_cast<int>(fields[1]);
  stat.group = static_cast<int>(fields[2]);
  stat.session = static_cast<int>(fields[3]);
  for (const std::size_t i : {11, 12, 13, 14})
    stat.ticks += static_cast<std::uint64_t>(std::max<std::int64_t>(fields[i], 0));
  stat.start_ticks = static_cast<std::uint64_t>(fields[19]);
  stat.resident_pages = static_cast<std::uint64_t>(std::max<std::int64_t>(fields[21], 0));
  return stat;
}

ProcessTree::ProcessTree(Descriptor proc, int root) : proc_(std::move(proc)), root_(root) {
  members_.reserve(256);
}

Result<ProcessTree> ProcessTree::open(const Environment& environment) {
  const auto path = environment.roots.proc;
  Descriptor proc(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc) return fail(kind_of_errno(errno), path.string(), "{}", std::strerror(errno));
  ProcessTree tree(std::move(proc), environment.pid);
  char name[64];
  std::snprintf(name, sizeof name, "%d/task/%d/children", tree.root_, tree.root_);
  tree.lists_children_ = ::faccessat(tree.proc_.get(), name, R_OK, 0) == 0;
  tree.add(tree.root_);
  if (tree.members_.empty())
    return fail(ErrorKind::unavailable, fmt::format("process {}", tree.root_), "it does not exist");
  // Time that the root used before now does not count. The first look finds its children and theirs.
  tree.sum_before_ = tree.members_.front().stat.ticks;
  return tree;
}

std::optional<ProcessStat> ProcessTree::read_stat(int pid) const {
  char name[32];
  char buffer[1024];
  std::snprintf(name, sizeof name, "%d/stat", pid);
  const auto text = read_at(proc_.get(), name, buffer);
  return text ? parse_process_stat(*text) : std::nullopt;
}

bool ProcessTree::contains(int pid) const {
  return std::ranges::any_of(members_, [pid](const Member& m) { return m.alive && m.stat.pid == pid; });
}

void ProcessTree::add(int pid) {
  if (contains(pid)) return;
  if (const auto stat = read_stat(pid)) add(*stat);
}

void ProcessTree::add(const ProcessStat& stat) {
  members_.emplace_back().stat = stat;
}

/// Through a descriptor that stays open, which costs the kernel a third of opening the file each time.
std::optional<ProcessStat> ProcessTree::read_again(Member& member) const {
  char buffer[1024];
  if (!member.file) {
    if (members_.size() > most_open_files) return read_stat(member.stat.pid);
    char name[32];
    std::snprintf(name, sizeof name, "%d/stat", member.stat.pid);
    member.file = Descriptor(::openat(proc_.get(), name, O_RDONLY | O_CLOEXEC));
  }
  const auto got = ::pread(member.file.get(), buffer, sizeof buffer, 0);
  if (got < 0) return std::nullopt;
  return parse_process_stat(std::string_view(buffer, static_cast<std::size_t>(got)));
}

void ProcessTree::add_children_of(int pid) {
  char tasks[32];
  std::snprintf(tasks, sizeof tasks, "%d/task", pid);
  for_each_number(proc_.get(), tasks, [&](int thread) { add_children_of_thread(pid, thread); });
}

void ProcessTree::add_children_of_thread(int pid, int thread) {
  char name[64];
  char buffer[4096];  // room for some 500 children of one thread; the search through all of /proc finds the
                      // rest
  std::snprintf(name, sizeof name, "%d/task/%d/children", pid, thread);
  const auto text = read_at(proc_.get(), name, buffer);
  if (!text) return;
  for (auto rest = trim(*text); !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    const auto child = parse_uint(word);
    const auto stat =
        child && !contains(static_cast<int>(*child)) ? read_stat(static_cast<int>(*child)) : std::nullopt;
    if (stat && !(stat->helper && pid == ::getpid())) add(*stat);
    rest = trim(rest.substr(word.size()));
  }
}

void ProcessTree::add_from_everywhere() {
  // A process may be listed before its parent: look until nothing new turns up.
  for (std::size_t before = 0; before != members_.size();) {
    before = members_.size();
    for_each_number(proc_.get(), ".", [&](int pid) {
      if (contains(pid)) return;
      const auto stat = read_stat(pid);
      if (!stat) return;
      const bool belongs = stat->session == root_ || stat->group == root_ || contains(stat->parent);
      if (belongs) add(*stat);
    });
  }
}

Status ProcessTree::refresh(Look look) {
  for (auto& member : members_) {
    const auto now = read_again(member);
    member.alive = now && now->start_ticks == member.stat.start_ticks;
    if (member.alive) member.stat = *now;
  }
  if (look != Look::members && lists_children_) {
    int subreaper = 0;
    // The kernel hands orphans to the first living thread of a subreaper: our main one.
    if (::prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0) == 0 && subreaper != 0)
      add_children_of_thread(::getpid(), ::getpid());
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (members_[i].alive) add_children_of(members_[i].stat.pid);
  }
  if (look == Look::everything || (look == Look::children && !lists_children_)) add_from_everywhere();
  account();
  if (members_.empty())
    return fail(ErrorKind::gone, fmt::format("process {}", root_), "it and its children have ended");
  return {};
}

void ProcessTree::account() {
  std::uint64_t sum = 0;
  resident_pages_ = 0;
  for (auto& member : members_) {
    if (member.alive) {
      sum += member.stat.ticks;
      resident_pages_ += member.stat.resident_pages;
      member.orphan = member.stat.pid != root_ && !contains(member.stat.parent);
    } else if (member.orphan || member.stat.pid == root_) {
      // Its ticks are missing from the new sum, so they are taken off the old one as well: they would hide
      // what the others have used.
      sum_before_ -= std::min(sum_before_, member.stat.ticks);
    }
  }
  if (sum > sum_before_) used_ticks_ += sum - sum_before_;
  sum_before_ = sum;
  std::erase_if(members_, [](const Member& m) { return !m.alive; });
}

}  // namespace joulecast::sensors
