// The processes of a training, found in /proc, and the resources that they have used.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sensors/support/value_file.hpp"

namespace joulecast::sensors {

/// Fields of /proc/PID/stat for one process.
struct ProcessStat {
  bool helper = false;  ///< named as joulecast's own processes are: jc-relay, jc-session
  int pid = 0;
  int parent = 0;
  int group = 0;
  int session = 0;
  std::uint64_t ticks = 0;  ///< user and system time of it and of the children it has waited for
  /// since boot; distinguishes a process from a later one with the same pid
  std::uint64_t start_ticks = 0;
  std::uint64_t resident_pages = 0;
};
/// A name may hold spaces and brackets: the fields are counted from the last ")".
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// How much refresh() looks at; each kind includes the previous ones.
enum class Look {
  members,     ///< what the known members have used: one file each
  children,    ///< new children of members: one file for each of their threads
  everything,  ///< all of /proc, for members of the session: some 10 us for each process of the machine
};

/// The tree below one process. A member stays a member when its parent dies. It finds children of members,
/// processes in the root's session or process group and, if this process is a subreaper, orphans that it
/// adopted. It does not find a daemon that leaves the session between two looks and is adopted by init.
class ProcessTree {
 public:
  [[nodiscard]] static Result<ProcessTree> open(const Environment& environment);

  /// Looks again. gone once no member is left. Where the kernel does not list children
  /// (CONFIG_PROC_CHILDREN), looking for them is looking through everything.
  [[nodiscard]] Status refresh(Look look);

  /// CPU ticks that the tree has used since it was opened; never falls.
  [[nodiscard]] std::uint64_t used_ticks() const { return used_ticks_; }
  [[nodiscard]] std::uint64_t resident_pages() const { return resident_pages_; }
  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  struct Member {
    ProcessStat stat;
    bool alive = true;
    Descriptor file = {};  ///< its stat, kept open; none if there are too many members
    bool orphan = false;   ///< no member waits for it, so its time is not added to a parent's when it ends
  };
  ProcessTree(Descriptor proc, int root);
  [[nodiscard]] std::optional<ProcessStat> read_stat(int pid) const;
  [[nodiscard]] std::optional<ProcessStat> read_again(Member& member) const;
  [[nodiscard]] bool contains(int pid) const;
  void add(int pid);
  void add(const ProcessStat& stat);
  void add_children_of(int pid);
  void add_children_of_thread(int pid, int thread);
  void add_from_everywhere();
  void account();

  Descriptor proc_;
  int root_;
  bool lists_children_ = false;
  std::vector<Member> members_;
  std::uint64_t sum_before_ = 0;
  std::uint64_t used_ticks_ = 0;
  std::uint64_t resident_pages_ = 0;
};

}  // namespace joulecast::sensors
