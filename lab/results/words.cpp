#include "lab/results/words.hpp"

#include <fmt/format.h>

#include <cmath>

namespace joulecast::lab {

std::string name_of_cost(const std::string& column) {
  if (column == "energy_j") return "energy";
  if (column == "energy_per_sample_j") return "energy per sample";
  if (column == "duration_s") return "time";
  return column;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string figure_text(double value) {
  return fmt::format("{:.4g}", value);
}

std::string counted(std::size_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string in_words(Outcome outcome) {
  switch (outcome) {
    case Outcome::finished:
      return "finished";
    case Outcome::failed:
      return "failed";
    case Outcome::timeout:
      return "took longer than the plan allows";
    case Outcome::killed:
      return "killed by a signal";
    case Outcome::out_of_memory:
      return "out of memory";
    case Outcome::disk_full:
      return "disk full";
    case Outcome::interrupted:
      return "interrupted";
    case Outcome::not_started:
      return "could not be started";
  }
  return "";
}

std::string in_words(stats::CellState state) {
  switch (state) {
    case stats::CellState::below_minimum:
      return "too few yet";
    case stats::CellState::open:
      return "not yet";
    case stats::CellState::narrow:
      return "narrow enough";
    case stats::CellState::decided:
      return "comparisons decided";
    case stats::CellState::exhausted:
      return "at the maximum, undecided";
    case stats::CellState::ended:
      return "given up";
  }
  return "";
}

std::string share_text(double share) {
  const double percent = 100 * share;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return fmt::format("{:.{}f} %", percent, std::abs(percent) < 10 ? 1 : 0);
}

}  // namespace joulecast::lab
