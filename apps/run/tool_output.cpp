#include "run/tool_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/descriptor.hpp"
#include "base/printable.hpp"
#include "base/system_error.hpp"
#include "base/text.hpp"

namespace joulecast::run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = 256u << 20;
constexpr std::size_t most_errors = 4096;

class SpawnPlan {
 public:
  SpawnPlan(int out, int err) {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

/// A program in a process group of its own, which ends with this object.
class Tool {
 public:
  static Result<Tool> start(const std::vector<std::string>& command) {
    auto out = make_pipe();
    if (!out) return propagate(out.error());
    auto err = make_pipe();
    if (!err) return propagate(err.error());
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const SpawnPlan plan(out->write_end.get(), err->write_end.get());
    pid_t pid = -1;
    const int error =
        ::posix_spawnp(&pid, arguments[0], &plan.files, &plan.attributes, arguments.data(), environ);
    if (error != 0) return fail_errno(command.front(), error);
    return Tool(pid, std::move(out->read_end), std::move(err->read_end));
  }
  Tool(Tool&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), out_(std::move(other.out_)), err_(std::move(other.err_)) {}
  ~Tool() {
    if (pid_ > 0) end();
  }

  /// Reads until both streams end. False if the time is over before, or there is too much.
  bool read_until(Clock::time_point deadline) {
    while (out_ || err_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      std::array<pollfd, 2> waiting{{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
      const int ready = left > 0 ? ::poll(waiting.data(), waiting.size(), static_cast<int>(left)) : 0;
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return false;
      if (waiting[0].revents != 0 && !take(out_, output_, most_output)) return false;
      if (waiting[1].revents != 0) take(err_, errors_, most_errors);
    }
    return true;
  }
  /// The wait status of the program, whose streams have ended. Nothing if it goes on all the same.
  std::optional<int> wait_until(Clock::time_point deadline) {
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) != pid_) {
      if (Clock::now() >= deadline) return std::nullopt;
      ::usleep(2000);
    }
    pid_ = -1;
    return status;
  }

  [[nodiscard]] std::string& output() { return output_; }
  [[nodiscard]] std::string first_error() const {
    return printable(std::string(trim(std::string_view(errors_).substr(0, errors_.find('\n')))));
  }

 private:
  Tool(pid_t pid, Descriptor out, Descriptor err) : pid_(pid), out_(std::move(out)), err_(std::move(err)) {}

  /// Keeps up to `most` bytes; the rest is read and forgotten. False if there was more.
  static bool take(Descriptor& stream, std::string& text, std::size_t most) {
    std::array<char, 65536> bytes{};
    const auto count = ::read(stream.get(), bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (count <= 0) {
      stream.reset();
      return true;
    }
    const auto room = std::min(most - std::min(most, text.size()), static_cast<std::size_t>(count));
    text.append(bytes.data(), room);
    return room == static_cast<std::size_t>(count);
  }
  void end() const {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  pid_t pid_;
  Descriptor out_, err_;
  std::string output_, errors_;
};

}  // namespace

Result<std::string> output_of(const std::vector<std::string>& command, Seconds time_limit) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(time_limit.value()));
  auto tool = Tool::start(command);
  if (!tool) return propagate(tool.error());
  const bool complete = tool->read_until(deadline);
  if (!complete && Clock::now() < deadline)
    return fail(ErrorKind::invalid, command.front(), "it prints too much");
  const auto status = complete ? tool->wait_until(deadline) : std::nullopt;
  if (!status) return fail(ErrorKind::retry, command.front(), "no answer within {}", to_text(time_limit));
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return std::move(tool->output());
  const auto said = tool->first_error();
  return fail(ErrorKind::invalid, command.front(), "it failed{}{}", said.empty() ? "" : ": ", said);
}

}  // namespace joulecast::run
