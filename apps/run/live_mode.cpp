#include "run/live_mode.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace joulecast::run {
namespace {

/// The console of Linux has no title and shows what sets one.
bool understands_sequences() {
  const char* name = std::getenv("TERM");
  const std::string_view terminal = name == nullptr ? "" : name;
  return !terminal.empty() && terminal != "dumb" && terminal != "linux";
}

bool runs_unattended() {
  struct sigaction hangup {};
  const bool nohup = ::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
  return nohup || std::getenv("SLURM_JOB_ID") != nullptr;
}

}  // namespace

LiveMode choose_live_mode(std::optional<LiveMode> wanted, const ChildStreams& streams) {
  if (wanted == LiveMode::off || wanted == LiveMode::log) return *wanted;
  if (streams.terminal() < 0 || !understands_sequences()) return LiveMode::log;
  if (!wanted && runs_unattended()) return LiveMode::log;
  return wanted.value_or(LiveMode::row);
}

int live_columns(int stream) {
  winsize size{};
  return ::ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace joulecast::run
