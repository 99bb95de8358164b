#include "hardware/board_gain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/roots.hpp"
#include "base/text.hpp"
#include "trace/integrate.hpp"

namespace joulecast::hardware {
namespace {
namespace fs = std::filesystem;

constexpr double least_gain = 0.5, most_gain = 2;  ///< beyond, the two did not measure the same
constexpr std::string_view note_begins = "times ";
constexpr std::string_view note_goes_on = ", measured against a meter on ";

Result<BoardGain> row_of(const CsvTable& table, std::size_t row) {
  BoardGain gain;
  for (const auto& [name, text] : {std::pair("uuid", &gain.uuid), std::pair("name", &gain.name),
                                   std::pair("measured_on", &gain.measured_on)}) {
    const auto column = table.needed_column(name);
    if (!column) return propagate(column.error());
    *text = std::string(table.text(row, *column));
  }
  for (const auto& [name, value] :
       {std::pair("gain", &gain.gain), std::pair("uncertainty", &gain.uncertainty)}) {
    const auto column = table.needed_column(name);
    if (!column) return propagate(column.error());
    const auto number = table.number(row, *column);
    if (!number) return propagate(number.error());
    *value = number->value_or(0);
  }
  if (!(gain.gain >= least_gain && gain.gain <= most_gain) || gain.uncertainty < 0)
    return fail(ErrorKind::malformed, table.where(row), "a gain of {:g} ± {:g} cannot be", gain.gain,
                gain.uncertainty);
  return gain;
}

/// Mean powers over even steps. The series are compared by them.
constexpr std::size_t most_steps = 4000;
constexpr double shortest_step = 0.5;  ///< s: as slow as a board that tells the mean of a second
constexpr double least_shared = 0.6;   ///< of the shorter record
constexpr double least_length = 5;     ///< s
constexpr double least_correlation = 0.9;
constexpr double least_change = 0.05;  ///< standard deviation over mean

/// Energy since the beginning of a trace at any time, from its readings.
class Course {
 public:
  explicit Course(const trace::Trace& trace) : trace_(trace) {
    const bool counter = trace.channel.behaviour == trace::Behaviour::counter;
    double sum = 0;
    for (std::size_t i = 0; i < trace.size(); ++i) {
      if (i > 0 && !counter)
        sum += 0.5 * (trace.values[i] + trace.values[i - 1]) * (trace.times[i] - trace.times[i - 1]);
      energy_.push_back(counter ? trace.values[i] - trace.values[0] : sum);
    }
  }
  [[nodiscard]] double begin() const { return trace_.times.front(); }
  [[nodiscard]] double end() const { return trace_.times.back(); }
  /// Linear between readings of a counter; along the trapezoid of a gauge.
  [[nodiscard]] double until(double time) const {
    const auto& times = trace_.times;
    const auto after = std::ranges::upper_bound(times, time);
    if (after == times.begin()) return 0;
    if (after == times.end()) return energy_.back();
    const auto i = static_cast<std::size_t>(after - times.begin());
    const double share = (time - times[i - 1]) / (times[i] - times[i - 1]);
    if (trace_.channel.behaviour == trace::Behaviour::counter)
      return energy_[i - 1] + share * (energy_[i] - energy_[i - 1]);
    const double here = trace_.values[i - 1] + share * (trace_.values[i] - trace_.values[i - 1]);
    return energy_[i - 1] + 0.5 * (trace_.values[i - 1] + here) * (time - times[i - 1]);
  }
  [[nodiscard]] std::vector<double> steps(double from, double step, std::size_t count) const {
    std::vector<double> powers(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double at = from + static_cast<double>(i) * step;
      powers[i] = (until(at + step) - until(at)) / step;
    }
    return powers;
  }

 private:
  const trace::Trace& trace_;
  std::vector<double> energy_;
};

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Pearson's; 0 where one of the two is constant.
double correlation_of(std::span<const double> a, std::span<const double> b) {
  const double ma = mean_of(a), mb = mean_of(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

struct Alignment {
  double shift = 0;
  double correlation = -1;
};

/// The shift of the meter at which whole steps correlate best.
Alignment align_coarsely(const Course& board, const Course& meter, double step) {
  const auto count = [&](const Course& course) {
    return static_cast<std::size_t>((course.end() - course.begin()) / step);
  };
  const auto a = board.steps(board.begin(), step, count(board));
  const auto b = meter.steps(meter.begin(), step, count(meter));
  const auto least =
      static_cast<std::ptrdiff_t>(least_shared * static_cast<double>(std::min(a.size(), b.size())));
  Alignment best;
  const auto na = static_cast<std::ptrdiff_t>(a.size()), nb = static_cast<std::ptrdiff_t>(b.size());
  for (std::ptrdiff_t lag = least - nb; lag <= na - least; ++lag) {  // b[i] meets a[i + lag]
    const auto from = std::max<std::ptrdiff_t>(0, -lag), to = std::min(nb, na - lag);
    if (to - from < std::max<std::ptrdiff_t>(least, 2)) continue;
    const auto length = static_cast<std::size_t>(to - from);
    const double r = correlation_of(std::span(a).subspan(static_cast<std::size_t>(from + lag), length),
                                    std::span(b).subspan(static_cast<std::size_t>(from), length));
    if (r > best.correlation) best = {board.begin() - meter.begin() + static_cast<double>(lag) * step, r};
  }
  return best;
}

struct Shared {
  double begin, end;  ///< on the board's clock
};
Shared shared_time(const Course& board, const Course& meter, double shift) {
  return {std::max(board.begin(), meter.begin() + shift), std::min(board.end(), meter.end() + shift)};
}

Alignment align(const Course& board, const Course& meter) {
  const double longest = std::max(board.end() - board.begin(), meter.end() - meter.begin());
  const double step = std::max(shortest_step, longest / static_cast<double>(most_steps));
  const auto coarse = align_coarsely(board, meter, step);
  auto best = coarse;
  best.correlation = -1;
  for (int i = -10; i <= 10; ++i) {
    const double shift = coarse.shift + 0.1 * i * step;
    const auto both = shared_time(board, meter, shift);
    const auto count = static_cast<std::size_t>(std::max(0.0, (both.end - both.begin) / step));
    if (count < 2) continue;
    const double r =
        correlation_of(board.steps(both.begin, step, count), meter.steps(both.begin - shift, step, count));
    if (r > best.correlation) best = {shift, r};
  }
  return best;
}

/// The largest deviation of a stretch from the whole: a board may err differently at rest and under load.
double spread_of_stretches(const Course& board, const Course& meter, double shift, Shared both, double gain) {
  constexpr int stretches = 4;
  double most = 0;
  for (int i = 0; i < stretches; ++i) {
    const double from = both.begin + (both.end - both.begin) * i / stretches;
    const double to = both.begin + (both.end - both.begin) * (i + 1) / stretches;
    const double by_board = board.until(to) - board.until(from);
    const double by_meter = meter.until(to - shift) - meter.until(from - shift);
    if (by_board > 0) most = std::max(most, std::abs(by_meter / by_board / gain - 1));
  }
  return most;
}

}  // namespace

Result<fs::path> board_gains_file() {
  if (const char* set = std::getenv("JOULECAST_BOARD_GAINS"); set != nullptr && *set != '\0')
    return fs::path(set);
  const auto folder = user_data_directory();
  if (!folder) return propagate(folder.error());
  return *folder / "board-gains.csv";
}

Result<std::vector<BoardGain>> read_board_gains(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::vector<BoardGain>{};
  const auto table = CsvTable::read(file, CsvKind::data);
  if (!table) return propagate(table.error());
  std::vector<BoardGain> gains;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    auto gain = row_of(*table, row);
    if (!gain) return propagate(gain.error());
    gains.push_back(std::move(*gain));
  }
  return gains;
}

Status put_board_gain(const fs::path& file, BoardGain gain) {
  auto gains = read_board_gains(file);
  if (!gains) return propagate(gains.error());
  std::erase_if(*gains, [&](const BoardGain& other) { return other.uuid == gain.uuid; });
  std::ranges::replace(gain.name, ',', ' ');
  gains->push_back(std::move(gain));
  std::string text =
      "# Gains of GPU boards, measured against a meter: joulecast calibrate --meter\n"
      "uuid,name,gain,uncertainty,measured_on\n";
  for (const auto& g : *gains)
    text += fmt::format("{},{},{:.6g},{:.3g},{}\n", g.uuid, g.name, g.gain, g.uncertainty, g.measured_on);
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  return write_file(file, text);
}

std::string gain_note(const BoardGain& gain) {
  return fmt::format("{}{:.6g}{}{}", note_begins, gain.gain, note_goes_on, gain.measured_on);
}

std::optional<double> gain_in_note(std::string_view note) {
  const auto behind = note.find(note_goes_on);
  if (behind == note.npos) return std::nullopt;
  const auto begin = note.rfind(note_begins, behind);
  if (begin == note.npos) return std::nullopt;
  const auto number = begin + note_begins.size();
  return parse_double(note.substr(number, behind - number));
}

Result<GainFit> fit_gain(const trace::Trace& board, const trace::Trace& meter) {
  const auto too_short = [&] {
    return fail(ErrorKind::invalid, meter.channel.name, "board and meter share less than {:g} s",
                least_length);
  };
  if (board.size() < 3 || meter.size() < 3) return too_short();
  const Course by_board(board), by_meter(meter);
  const auto found = align(by_board, by_meter);
  const auto both = shared_time(by_board, by_meter, found.shift);
  const double length = both.end - both.begin;
  if (!(length >= least_length)) return too_short();
  const auto powers = by_board.steps(both.begin, length / 100, 100);
  const double mean = mean_of(powers);
  double squares = 0;
  for (const double power : powers) squares += (power - mean) * (power - mean);
  if (!(std::sqrt(squares / 100) > least_change * mean))
    return fail(ErrorKind::invalid, board.channel.name,
                "its power hardly changes, so it cannot be laid beside the meter's: load the board for some "
                "seconds and let it rest before and after");
  if (found.correlation < least_correlation)
    return fail(ErrorKind::invalid, meter.channel.name,
                "it does not follow {} (correlation {:.2f}): another board, or another time?",
                board.channel.name, found.correlation);
  GainFit fit;
  fit.shift = Seconds{found.shift};
  fit.correlation = found.correlation;
  fit.length = Seconds{length};
  fit.board = Joules{by_board.until(both.end) - by_board.until(both.begin)};
  fit.meter = Joules{by_meter.until(both.end - found.shift) - by_meter.until(both.begin - found.shift)};
  fit.gain = fit.meter / fit.board;
  if (!(fit.gain >= least_gain && fit.gain <= most_gain))
    return fail(ErrorKind::invalid, meter.channel.name,
                "it has {:.3g} times the energy of the board: they do not measure the same", fit.gain);
  constexpr double of_the_meter = 0.01;
  fit.uncertainty =
      std::max(of_the_meter, spread_of_stretches(by_board, by_meter, found.shift, both, fit.gain));
  return fit;
}

}  // namespace joulecast::hardware
