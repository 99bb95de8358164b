#include "top/top.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/system_error.hpp"
#include "run/signals.hpp"
#include "session/runs/runs_cache.hpp"
#include "top/screen.hpp"
#include "top/terminal_keeper.hpp"
#include "top/view.hpp"

namespace joulecast::top {
namespace {

constexpr std::size_t most_runs = 500;
constexpr std::size_t most_ended = 20;
constexpr int look_at_cache_ms = 250;

/// Takes what the store has told since the last time. Returns whether there is anything new.
bool take_news(ViewState& state, std::shared_ptr<const session::RunningRuns> runs) {
  if (runs == state.runs) return false;
  // Before the first look there is an empty list.
  state.looked = state.runs != nullptr;
  state.runs = std::move(runs);
  state.history.add(*state.runs);
  state.ended.insert(state.ended.begin(), state.runs->ended.begin(), state.runs->ended.end());
  if (state.ended.size() > most_ended) state.ended.resize(most_ended);
  return true;
}

/// The run that is chosen, or the first one if it is no longer there.
void keep_choice(ViewState& state) {
  const auto runs = sorted_runs(state);
  const auto is_chosen = [&](const session::RunningRun* run) { return run->id == state.chosen; };
  if (!runs.empty() && std::ranges::none_of(runs, is_chosen)) state.chosen = runs.front()->id;
}

void choose(ViewState& state, int step) {
  const auto runs = sorted_runs(state);
  if (runs.empty()) return;
  const auto found =
      std::ranges::find(runs, state.chosen, [](const session::RunningRun* run) { return run->id; });
  const int place = found == runs.end() ? 0 : static_cast<int>(found - runs.begin());
  const int next = std::clamp(place + step, 0, static_cast<int>(runs.size()) - 1);
  state.chosen = runs[static_cast<std::size_t>(next)]->id;
}

/// Returns false if the user wants to leave.
bool take_key(ViewState& state, Key key) {
  constexpr int page = 10, everything = 1 << 20, sorts = 4;
  switch (key) {
    case Key::quit:
      return false;
    case Key::up:
      choose(state, -1);
      break;
    case Key::down:
      choose(state, 1);
      break;
    case Key::page_up:
      choose(state, -page);
      break;
    case Key::page_down:
      choose(state, page);
      break;
    case Key::first:
      choose(state, -everything);
      break;
    case Key::last:
      choose(state, everything);
      break;
    case Key::sort:
      state.sort = static_cast<SortBy>((static_cast<int>(state.sort) + 1) % sorts);
      break;
    case Key::none:
    case Key::resized:
    case Key::other:
      break;
  }
  return true;
}

/// Returns false if a signal asks the program to end.
bool take_signals(int descriptor, const run::SignalGuard& guard, Screen& screen) {
  signalfd_siginfo info{};
  while (::read(descriptor, &info, sizeof info) == sizeof info) {
    if (run::ends_a_process(static_cast<int>(info.ssi_signo))) return false;
    if (info.ssi_signo != SIGTSTP) continue;
    screen.leave();
    guard.stop_here();
    screen.enter();
  }
  return true;
}

bool take_keys(ViewState& state, Screen& screen) {
  for (auto key = screen.key(); key != Key::none; key = screen.key())
    if (!take_key(state, key)) return false;
  return true;
}

Status watch(const run::SignalGuard& guard, const session::RunsCache& cache, Screen& screen) {
  const auto signals = guard.descriptor();
  if (!signals) return propagate(signals.error());
  ViewState state;
  while (true) {
    take_news(state, cache.now());
    keep_choice(state);
    screen.draw(lines_of(state, screen.size(), system_clock().wall()));
    pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {signals->get(), POLLIN, 0}};
    if (::poll(waiting, 2, look_at_cache_ms) < 0 && errno != EINTR) return fail_errno("poll", errno);
    if (!take_signals(signals->get(), guard, screen)) return {};
    if ((waiting[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return {};  // the terminal has gone
    if (!take_keys(state, screen)) return {};
  }
}

}  // namespace

Status watch_runs(const TopRequest& request) {
  const run::SignalGuard guard;
  const TerminalKeeper keeper;
  auto screen = Screen::open();
  if (!screen) return propagate(screen.error());
  auto cache = session::RunsCache::start({request.store, request.host, most_runs}, Seconds{1}, {});
  if (!cache) return propagate(cache.error());
  return watch(guard, **cache, *screen);
}

}  // namespace joulecast::top
