#include "lab/report/progress.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ctime>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/text_table.hpp"

namespace joulecast::lab {
namespace {

/// The local time of day, with the day if it is another one.
std::string moment_text(WallTime time, WallTime now) {
  const auto broken_down = [](WallTime moment) {
    const auto seconds = static_cast<std::time_t>(moment.ns / 1'000'000'000);
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
  };
  const auto then = broken_down(time), today = broken_down(now);
  const auto clock = fmt::format("{:02}:{:02}", then.tm_hour, then.tm_min);
  if (then.tm_yday == today.tm_yday && then.tm_year == today.tm_year) return clock;
  return fmt::format("{:04}-{:02}-{:02} {}", 1900 + then.tm_year, then.tm_mon + 1, then.tm_mday, clock);
}

std::size_t columns_of(int terminal) {
  winsize size{};
  constexpr std::size_t usual = 80;
  return ::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

}  // namespace

std::string progress_line(const std::string& title, const Position& position, Seconds elapsed,
                          std::optional<Joules> used, WallTime now) {
  std::vector<std::string> parts{fmt::format("{} of {}", position.ended + 1, position.ended + position.left),
                                 title};
  auto time = to_text(elapsed);
  if (position.run_takes) time += " of about " + to_text(*position.run_takes);
  parts.push_back(time);
  if (used) parts.push_back(to_text(*used));
  constexpr double longest = 3e9;
  if (position.time_left && position.time_left->value() < longest) {
    const double left = std::max(0.0, (*position.time_left - elapsed).value());
    parts.push_back("ends " + moment_text({now.ns + static_cast<std::int64_t>(left * 1e9)}, now));
  }
  if (position.budget)
    parts.push_back(fmt::format("{} of {} used", to_text(position.spent + used.value_or(Joules{0})),
                                to_text(*position.budget)));
  return fmt::format("{}", fmt::join(parts, " · "));
}

CampaignProgress::CampaignProgress(bool quiet)
    : output_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) == 1) {}

CampaignProgress::~CampaignProgress() {
  if (drawn_) draw("");
}

void CampaignProgress::draw(const std::string& line) {
  const auto shown = report::shorten(line, columns_of(output_.get()) - 1);
  const auto text = "\r\x1b[K" + shown;
  [[maybe_unused]] const auto written = ::write(output_.get(), text.data(), text.size());
  drawn_ = !shown.empty();
}

void CampaignProgress::write_line(const std::string& line) {
  if (drawn_) draw("");
  const auto text = "joulecast: " + printable(line) + "\n";
  [[maybe_unused]] const auto written = ::write(output_.get(), text.data(), text.size());
}

void CampaignProgress::says(const std::string& line) {
  const std::lock_guard guard(mutex_);
  write_line(line);
}

void CampaignProgress::run_begins(const RunSetup& setup, const Position& position) {
  const std::lock_guard guard(mutex_);
  title_ = setup.place.role == Role::reference ? "reference " + setup.title : setup.title;
  position_ = position;
  if (terminal_ && !quiet_)
    draw(progress_line(title_, position_, Seconds{0}, std::nullopt, system_clock().wall()));
}

void CampaignProgress::ticked(const measure::Live& live) {
  const std::lock_guard guard(mutex_);
  if (!terminal_ || quiet_) return;
  draw(progress_line(title_, position_, live.elapsed, live.energy.energy.total, system_clock().wall()));
}

void CampaignProgress::run_ended(const RunSetup& setup, const RunEnded& run) {
  const std::lock_guard guard(mutex_);
  const bool finished = run.outcome == Outcome::finished;
  if (quiet_ && finished) return;
  std::string text = fmt::format("{} of {}: {}, repetition {}", position_.ended + 1,
                                 position_.ended + position_.left, title_, setup.place.repetition);
  if (setup.place.attempt > 1) text += fmt::format(", attempt {}", setup.place.attempt);
  text += finished ? std::string(": ")
                   : fmt::format(": {}{}, ", name_of(run.outcome),
                                 run.reason.empty() ? "" : " (" + run.reason + ")");
  text +=
      fmt::format("{} in {}", run.energy ? to_text(*run.energy) : "energy not known", to_text(run.duration));
  for (const auto& [name, value] : run.metrics) text += fmt::format(", {} {:.4g}", name, value);
  for (const auto& flag : run.conduct.flags) text += "; " + flag;
  write_line(text);
}

void CampaignProgress::waits(const std::string& what, Seconds at_most_left) {
  const std::lock_guard guard(mutex_);
  if (!terminal_ || quiet_) return;
  draw(at_most_left > Seconds{0} ? fmt::format("{}, at most {} more", what, to_text(at_most_left)) : what);
}

}  // namespace joulecast::lab
