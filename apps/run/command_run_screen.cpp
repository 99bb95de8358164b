#include "base/printable.hpp"
#include "base/text.hpp"
#include "run/command_run.hpp"
#include "run/limit_command.hpp"
#include "run/live_line.hpp"
#include "run/live_mode.hpp"
#include "run/tell.hpp"

namespace joulecast::run {

void CommandRun::say(const std::string& line) {
  const auto text = "joulecast: " + printable(line);
  if (relay_ && !relay_left_)
    relay_->say(text);
  else
    tell("{}\n", text);
}

void CommandRun::redraw() {
  columns_ = live_columns(terminal_stream_);
  if (measurement_ && measurement_->measures() && live_ != LiveMode::log && live_ != LiveMode::off)
    relay_->draw(live_line(measurement_->live(), intensity_, columns_));
}

/// By the rank that measures this node, which says so once for all.
void CommandRun::asked_to_end(const std::string& why) {
  told(why + "; asking the command to end (SIGTERM)");
  end_asked_ = true;
  wake_up_.set();
}

void CommandRun::limit_reached(const measure::Limits::Verdict& verdict) {
  if (verdict.action == measure::OnLimit::command) return run_limit_command(verdict);
  if (verdict.action == measure::OnLimit::warn) return say(verdict.why);
  ask_to_end(verdict.why);
}

void CommandRun::ask_to_end(const std::string& why) {
  measurement_->end_forecasts();
  say(why + "; asking the command to end (SIGTERM)");
  measurement_->note("ended by joulecast: " + why);
  measurement_->end_others(why);
  end_asked_ = true;
  wake_up_.set();
}

/// What is seen after the command was asked to end is its way of ending, no longer the training.
void CommandRun::watch_probe(const measure::Live& live) {
  const std::lock_guard guard(probe_mutex_);
  if (probe_.end != ProbeEnd::by_itself) return;
  probe_.live = live;
  const auto end = end_of_probe(*options_.probe, live);
  if (!end) return;
  probe_.end = *end;
  ask_to_end(*end == ProbeEnd::ready ? "the probe's forecast is ready"
                                     : "the probe's time is up, " + to_text(options_.probe->at_most));
}

void CommandRun::run_limit_command(const measure::Limits::Verdict& verdict) {
  say(verdict.why + "; running " + options_.limits.command);
  const LimitOccasion occasion{verdict, name(), child_->command()};
  const std::lock_guard guard(limit_command_mutex_);
  const auto started = start_limit_command(options_.limits.command, occasion);
  if (!started) return say("the command of --on-limit cannot be run: " + to_string(started.error()));
  limit_command_ = *started;
}

void CommandRun::ticked(const measure::Live& live) {
  if (options_.probe) watch_probe(live);
  if (options_.supervision && options_.supervision->ticked) options_.supervision->ticked(live);
  if (live_ == LiveMode::off) return;
  if (live_ != LiveMode::log) return relay_->draw(live_line(live, intensity_, columns_));
  if (live.elapsed - logged_ < options_.log_every) return;
  logged_ = live.elapsed;
  say(live_line(live, intensity_));
}

}  // namespace joulecast::run
