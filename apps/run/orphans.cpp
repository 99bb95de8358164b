#include "run/orphans.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

namespace joulecast::run {

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

}  // namespace joulecast::run
