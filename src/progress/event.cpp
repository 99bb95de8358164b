#include "progress/event.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace joulecast::progress {
namespace {

constexpr std::array<std::pair<Unit, std::string_view>, 8> units{{{Unit::epoch, "epoch"},
                                                                  {Unit::step, "step"},
                                                                  {Unit::sample, "sample"},
                                                                  {Unit::token, "token"},
                                                                  {Unit::round, "round"},
                                                                  {Unit::fit, "fit"},
                                                                  {Unit::percent, "percent"},
                                                                  {Unit::work, "work"}}};

}  // namespace

std::string_view name_of(Unit unit) {
  return std::ranges::find(units, unit, &std::pair<Unit, std::string_view>::first)->second;
}

std::optional<Unit> unit_from(std::string_view name) {
  const auto found = std::ranges::find(units, name, &std::pair<Unit, std::string_view>::second);
  return found == units.end() ? std::nullopt : std::optional{found->first};
}

bool is_about_progress(EventKind kind) {
  return kind != EventKind::metric && kind != EventKind::may_end_early && kind != EventKind::window_begin &&
         kind != EventKind::window_end;
}

bool advances_progress(EventKind kind) {
  return is_about_progress(kind) && kind != EventKind::prepare && kind != EventKind::run_begin &&
         kind != EventKind::announce && kind != EventKind::run_end;
}

}  // namespace joulecast::progress
