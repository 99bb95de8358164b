#include "formats/sacct.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "formats/support/damage.hpp"

namespace joulecast::formats {
namespace {

constexpr std::size_t columns = 8;
constexpr double most_joules = 1e18;  // what is beyond is Slurm's "no value", not an energy

/// A line of a job, or of one of its steps ("4711.batch").
struct Line {
  std::string job;
  std::string step;
  std::array<std::string_view, columns> cells;
};

std::optional<Line> parse(std::string_view text) {
  const auto cells = split(text, '|');
  if (cells.size() != columns && cells.size() != columns - 1) return std::nullopt;
  Line line;
  std::ranges::copy(cells, line.cells.begin());
  const auto point = cells[0].find('.');
  line.job = cells[0].substr(0, point);
  if (point != std::string_view::npos) line.step = cells[0].substr(point + 1);
  const bool is_number = !line.job.empty() && line.job.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::optional(std::move(line)) : std::nullopt;
}

std::optional<double> amount(std::string_view cell, double most) {
  const auto value = parse_double(cell);
  return value && *value > 0 && *value < most ? value : std::nullopt;
}

/// Some versions of Slurm shorten large figures: "3.27M".
Joules energy_of(std::string_view cell) {
  constexpr std::string_view suffixes = "KMGTP";
  double unit = 1;
  if (const auto suffix = cell.empty() ? cell.npos : suffixes.find(cell.back()); suffix != cell.npos) {
    cell.remove_suffix(1);
    unit = std::pow(1000.0, static_cast<double>(suffix) + 1);
  }
  return Joules{unit * amount(cell, most_joules / unit).value_or(0)};
}

/// What was read of one job so far.
struct Read {
  SacctJob job;
  Joules of_attempts_before{0};
  Joules of_job{0}, of_steps{0};  ///< of the present attempt: a requeued job has several

  [[nodiscard]] Joules energy() const {
    return of_attempts_before + (of_job > Joules{0} ? of_job : of_steps);
  }
};

void take(const Line& line, Read& read) {
  const auto energy = energy_of(line.cells[6]);
  if (!line.step.empty()) {
    // The step "extern" is there as long as the job, and would count it once more.
    if (line.step != "extern") read.of_steps += energy;
    return;
  }
  auto& job = read.job;
  job.user = line.cells[1];
  job.account = line.cells[2];
  job.partition = line.cells[3];
  job.state = line.cells[4];
  if (const auto elapsed = amount(line.cells[5], most_joules))
    job.elapsed = job.elapsed.value_or(Seconds{0}) + Seconds{*elapsed};
  const auto& nodes = line.cells[7];
  if (!nodes.empty() && nodes != "None assigned" &&
      std::ranges::find(job.node_lists, nodes) == job.node_lists.end())
    job.node_lists.emplace_back(nodes);
  read.of_attempts_before = read.energy();
  read.of_job = energy;
  read.of_steps = Joules{0};
}

}  // namespace

Result<std::vector<SacctJob>> read_sacct(std::string_view text) {
  std::map<std::string, Read> found;
  std::size_t number = 0, first_bad = 0;
  std::string bad;
  for (const auto raw : split(text, '\n')) {
    ++number;
    const auto line_text = trim(raw);
    if (line_text.empty()) continue;
    const auto line = parse(line_text);
    if (!line) {
      if (first_bad == 0) {
        first_bad = number;
        bad = printable(std::string(line_text.substr(0, 60)));
      }
      continue;
    }
    auto& read = found[line->job];
    read.job.id = line->job;
    take(*line, read);
  }
  if (found.empty() && first_bad > 0)
    return fail(ErrorKind::malformed, place("sacct", first_bad), "'{}' is no line of its accounting", bad);
  std::vector<SacctJob> jobs;
  for (auto& [id, read] : found) {
    if (const auto energy = read.energy(); energy > Joules{0}) read.job.energy = energy;
    jobs.push_back(std::move(read.job));
  }
  return jobs;
}

}  // namespace joulecast::formats
