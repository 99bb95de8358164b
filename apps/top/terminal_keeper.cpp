#include "top/terminal_keeper.hpp"

#include <curses.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace joulecast::top {
namespace {

constexpr char given_back = 'q';

/// Blocks until the watched process says that it has given the terminal back, or is dead.
bool died_with_the_terminal(int alive) {
  char said = 0;
  ssize_t size = 0;
  while ((size = ::read(alive, &said, 1)) < 0 && errno == EINTR) continue;
  return size == 0;
}

void put(const char* capability) {
  const char* text = tigetstr(capability);
  if (text != nullptr && text != reinterpret_cast<const char*>(-1)) putp(text);
}

/// A shell with job control has the terminal in the foreground by now, and its own way of reading keys.
bool is_left_to_nobody(pid_t owner) {
  return ::tcgetpgrp(STDIN_FILENO) == owner;
}

void give_back(const termios& before, pid_t owner) {
  int error = 0;
  if (setupterm(nullptr, STDOUT_FILENO, &error) == OK) {
    for (const char* capability : {"rmcup", "rmkx", "cnorm", "sgr0"}) put(capability);
    std::fflush(stdout);
  }
  if (is_left_to_nobody(owner)) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

}  // namespace

TerminalKeeper::TerminalKeeper() {
  termios before{};
  int ends[2];
  if (::tcgetattr(STDIN_FILENO, &before) != 0 ||
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return;
  Descriptor ours(ends[0]), keepers(ends[1]);
  const auto owner = ::getpgrp();
  std::fflush(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_NAME, "joulecast-keep");
    ::setpgid(0, 0);             // what kills the program's group does not kill it
    ::signal(SIGTTOU, SIG_IGN);  // it writes from the background
    ours.reset();
    if (died_with_the_terminal(keepers.get())) give_back(before, owner);
    ::_exit(0);
  }
  if (process_ > 0) alive_ = std::move(ours);
}

TerminalKeeper::~TerminalKeeper() {
  if (process_ <= 0) return;
  while (::send(alive_.get(), &given_back, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
  alive_.reset();
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace joulecast::top
