#include "lab/execute/tool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/system_error.hpp"
#include "base/text.hpp"

extern char** environ;

namespace joulecast::lab {
namespace {

/// Reads to the end, or returns false when the time is over.
bool read_all(int file, Seconds patience, std::string& text) {
  const auto deadline = system_clock().steady() + patience;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto left = (deadline - system_clock().steady()).value() * 1e3;
    pollfd waiting{file, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left) + 1) == 0) return false;
    const auto got = ::read(file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string last_line(std::string_view text) {
  text = trim(text);
  const auto end = text.rfind('\n');
  return std::string(trim(end == std::string_view::npos ? text : text.substr(end + 1)));
}

}  // namespace

Result<std::string> ask_tool(const std::vector<std::string>& words, Seconds patience) {
  auto pipe = make_pipe();
  if (!pipe) return propagate(pipe.error());
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, pipe->write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipe->write_end.get(), STDERR_FILENO);
  pid_t tool = 0;
  const int error =
      ::posix_spawnp(&tool, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail_errno(words.front(), error);
  pipe->write_end.reset();
  std::string text;
  const bool ended = read_all(pipe->read_end.get(), patience, text);
  if (!ended) ::kill(tool, SIGKILL);
  int status = 0;
  while (::waitpid(tool, &status, 0) < 0 && errno == EINTR) {
  }
  if (!ended) return fail(ErrorKind::retry, words.front(), "did not answer within {}", to_text(patience));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(ErrorKind::denied, words.front(), "{}", text.empty() ? "failed" : last_line(text));
  return text;
}

}  // namespace joulecast::lab
