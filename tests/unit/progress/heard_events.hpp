// What is heard in rows of output, in a short notation, for tests of formats:
//
//   begin 1/3   end 1/3   1: 12/80   ?: 12/80    an epoch of three; steps of epoch 1, and of the one that
//   runs 12/300 step   0.5/3 epoch                    work of the whole phase loss=0.5@1   total 3 epochs
//   total 120 step   per epoch 40 prepared   run   run over   phase NAME   window> validation   window<
//   validation
//
// "~" before one: it was guessed.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "progress/output_recogniser.hpp"

namespace joulecast::progress {

inline std::string amount(std::optional<double> done, std::optional<double> total) {
  return fmt::format("{}{}", done ? fmt::format("{}", *done) : "?", total ? fmt::format("/{}", *total) : "");
}

inline std::string in_short(const Event& event) {
  const auto epoch = [&] { return event.epoch ? std::to_string(*event.epoch) : "?"; };
  const auto of = event.total_epochs ? fmt::format("/{}", *event.total_epochs) : "";
  const auto unit = event.unit ? name_of(*event.unit) : std::string_view{};
  const bool of_epoch = event.scope == Scope::epoch;
  switch (event.kind) {
    case EventKind::prepare:
      return "prepared";
    case EventKind::run_begin:
      return "run";
    case EventKind::may_end_early:
      return "may end early";
    case EventKind::run_end:
      return "run over";
    case EventKind::announce:
      if (event.total_epochs) return fmt::format("total {} epochs", *event.total_epochs);
      return of_epoch ? fmt::format("per epoch {}", *event.total_work)
                      : fmt::format("total {} {}", *event.total_work, unit);
    case EventKind::phase_begin:
      return event.name.empty() ? "phase" : "phase " + event.name;
    case EventKind::phase_end:
      return "phase over";
    case EventKind::round_begin:
      return fmt::format("named {} {}", amount(event.work, event.total_work), unit);
    case EventKind::epoch_begin:
      return "begin " + epoch() + of;
    case EventKind::epoch_end:
      return "end " + epoch() + of;
    case EventKind::progress:
      if (of_epoch) return epoch() + ": " + amount(event.work, event.total_work);
      return fmt::format("{} {}", amount(event.work, event.total_work), unit);
    case EventKind::metric:
      return fmt::format("{}={}{}", event.name, event.value, event.epoch ? "@" + epoch() : "");
    case EventKind::window_begin:
      return "window> " + event.name;
    case EventKind::window_end:
      return "window< " + event.name;
  }
  return "?";
}

/// The events of each piece of output, joined by "; ". `spacing`: between the pieces.
inline std::vector<std::string> heard(const std::vector<std::string>& pieces, Seconds spacing = Seconds{0}) {
  auto recogniser = OutputRecogniser::create();
  std::vector<std::string> all;
  SteadyTime time;
  for (const auto& piece : pieces) {
    time = time + spacing;
    auto events = recogniser->feed(piece, time);
    for (auto& event : recogniser->settle()) events.push_back(std::move(event));
    // Whether the training may end early is no format's matter.
    std::erase_if(events, [](const Event& event) { return event.kind == EventKind::may_end_early; });
    std::string joined;
    for (const auto& event : events)
      joined += (joined.empty() ? "" : "; ") + std::string(event.evidence == Evidence::guessed ? "~" : "") +
                in_short(event);
    all.push_back(std::move(joined));
  }
  return all;
}

using Rows = std::vector<std::string>;

}  // namespace joulecast::progress
