#include "lab/runner/background.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/system_error.hpp"

extern char** environ;

namespace joulecast::lab {
namespace {

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : added) replaced = replaced || text.substr(0, text.find('=')) == name;
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<Background> Background::start(const BackgroundCommand& command) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, command.log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const auto environment = environment_with(command.variables);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, command.words.front().c_str(), &actions, &attributes,
                                   pointers_to(command.words).data(), pointers_to(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail_errno(command.words.front(), error);
  return Background(pid);
}

bool Background::has_ended(int& status) {
  if (group_ < 0) return true;
  const auto ended = ::waitpid(group_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
  ::kill(-group_, SIGKILL);  // what it has left behind
  group_ = -1;
  return true;
}

Background::~Background() {
  if (group_ < 0) return;
  ::kill(-group_, SIGTERM);
  constexpr int looks = 50;
  constexpr timespec between{0, 100'000'000};
  int status = 0;
  for (int i = 0; i < looks && !has_ended(status); ++i) ::nanosleep(&between, nullptr);
  if (group_ < 0) return;
  ::kill(-group_, SIGKILL);
  while (::waitpid(group_, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace joulecast::lab
