#include "stability/power_epochs.hpp"

#include <algorithm>
#include <cmath>

#include "stability/period.hpp"

namespace joulecast::stability {
namespace {

constexpr double search_reach = 1.0 / 6;    // of a period, around the expected place
constexpr double least_match = 0.5;         // correlation with the mean cycle
constexpr double usual_match_share = 0.75;  // of the correlation that cycles of this phase usually have
constexpr double most_misses = 2;           // beyond that the rhythm is lost
constexpr double learning_rate = 0.1;       // of the mean cycle and of the period
constexpr std::size_t least_seen = 3;       // cycles
constexpr double counts_as_epoch = 0.5;     // of a period: a remainder shorter than this joins its neighbour

using Cycle = std::vector<double>;

// Minus the mean, divided by the norm; nothing for a flat one.
std::optional<Cycle> normalised(std::span<const double> samples) {
  double mean = 0;
  for (const double x : samples) mean += x / static_cast<double>(samples.size());
  double squares = 0;
  for (const double x : samples) squares += (x - mean) * (x - mean);
  if (squares <= 0) return std::nullopt;
  Cycle cycle(samples.size());
  std::transform(samples.begin(), samples.end(), cycle.begin(),
                 [&](double x) { return (x - mean) / std::sqrt(squares); });
  return cycle;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Seen {
  double at;
  double match;
};

// Follows the cycles of one phase through x, forwards and backwards from an anchor.
class Follower {
 public:
  Follower(std::span<const double> x, double period)
      : x_(x), width_(static_cast<std::size_t>(std::lround(period))) {}

  [[nodiscard]] std::vector<Seen> follow(double anchor, double period) {
    const auto first = normalised(x_.subspan(static_cast<std::size_t>(anchor), width_));
    if (!first) return {};
    mean_ = *first;
    usual_match_ = least_match;
    auto cycles = walk(anchor, period, +1);
    auto before = walk(anchor, period, -1);
    std::reverse(before.begin(), before.end());
    before.push_back({anchor, 1});
    before.insert(before.end(), cycles.begin(), cycles.end());
    return before;
  }
  [[nodiscard]] const Cycle& mean_cycle() const { return mean_; }

 private:
  std::vector<Seen> walk(double from, double period, int direction) {
    std::vector<Seen> seen;
    double at = from;
    int steps = 0;    // since the last cycle that was recognised
    double lost = 0;  // a cycle that is missed adds 1 and one that is recognised takes off 1/2: a rhythm that
                      // only coincides at times is lost
    std::size_t certain = 0;  // cycles up to which the rhythm was not in doubt
    while (lost <= most_misses) {
      ++steps;
      const double expected = at + direction * steps * period;
      const auto best = best_near(expected, period * search_reach);
      if (!best) return seen;  // the end of the series
      if (best->match < needed_match()) {
        lost += 1;
        continue;
      }
      const double step = std::abs(best->at - at) / steps;
      period += learning_rate * (step - period);
      at = best->at;
      steps = 0;
      lost = std::max(0.0, lost - 0.5);
      seen.push_back(*best);
      if (lost == 0) certain = seen.size();
    }
    seen.resize(certain);
    return seen;
  }

  // Finds the place where the cycle correlates best with the mean cycle, and updates the mean with it;
  // nothing beyond the ends.
  std::optional<Seen> best_near(double expected, double reach) {
    const auto last = static_cast<std::ptrdiff_t>(x_.size()) - static_cast<std::ptrdiff_t>(width_);
    const auto begin = std::max<std::ptrdiff_t>(0, std::llround(std::ceil(expected - reach)));
    const auto end = std::min<std::ptrdiff_t>(last, std::llround(std::floor(expected + reach)));
    std::optional<Seen> best;
    Cycle best_cycle;
    for (auto at = begin; at <= end; ++at) {
      auto cycle = normalised(x_.subspan(static_cast<std::size_t>(at), width_));
      if (!cycle) continue;
      const double match = dot(*cycle, mean_);
      if (best && match <= best->match) continue;
      best = Seen{static_cast<double>(at), match};
      best_cycle = std::move(*cycle);
    }
    if (begin <= end && !best) return Seen{expected, 0};  // flat: no cycle here, but not the end either
    if (best && best->match >= needed_match()) learn(best_cycle, best->match);
    return best;
  }

  [[nodiscard]] double needed_match() const {
    return std::max(least_match, usual_match_share * usual_match_);
  }

  void learn(const Cycle& cycle, double match) {
    usual_match_ += learning_rate * (match - usual_match_);
    for (std::size_t i = 0; i < width_; ++i) mean_[i] += learning_rate * (cycle[i] - mean_[i]);
    if (auto again = normalised(mean_)) mean_ = std::move(*again);
  }

  std::span<const double> x_;
  std::size_t width_;
  Cycle mean_;
  double usual_match_ = least_match;
};

// Where in the mean cycle an epoch ends. Validation is the shorter of the two levels, and it comes last.
double phase_of_boundary(const Cycle& cycle) {
  const auto [lowest, highest] = std::minmax_element(cycle.begin(), cycle.end());
  const double middle = (*lowest + *highest) / 2;
  const auto above = std::count_if(cycle.begin(), cycle.end(), [&](double x) { return x > middle; });
  const bool minority_above = 2 * above < static_cast<std::ptrdiff_t>(cycle.size());
  const auto minority = [&](std::size_t i) { return (cycle[i % cycle.size()] > middle) == minority_above; };
  std::size_t best_end = 0;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (!minority(i) || minority(i + 1)) continue;
    std::size_t length = 0;
    while (length < cycle.size() && minority(i + cycle.size() - length)) ++length;
    if (length <= longest) continue;
    longest = length;
    best_end = i + 1;
  }
  return static_cast<double>(best_end % cycle.size());
}

struct Stretch {
  std::size_t begin = 0, end = 0;
};

struct Phase {
  std::vector<Seen> cycles;
  Period period;
};

// The cycles that can be followed from the middle of `stretch` (samples of power) in both directions.
std::optional<Phase> follow_phase(std::span<const double> power, Stretch stretch, const Period& period) {
  if (period.length < 3) return std::nullopt;
  const auto x = clipped_to(power, power.subspan(stretch.begin, stretch.end - stretch.begin));
  Follower follower{x, period.length};
  const double last = static_cast<double>(power.size()) - std::ceil(period.length) - 1;
  const double middle = std::floor(static_cast<double>(stretch.begin + stretch.end) / 2);
  if (last < 0) return std::nullopt;
  auto cycles = follower.follow(std::min(middle, last), period.length);
  if (cycles.size() < least_seen) return std::nullopt;
  const double shift = phase_of_boundary(follower.mean_cycle());
  for (auto& cycle : cycles) cycle.at += shift;
  // The shifted first cycle may have begun one period earlier.
  if (cycles.front().at >= period.length)
    cycles.insert(cycles.begin(), {cycles.front().at - period.length, cycles.front().match});
  while (!cycles.empty() && cycles.back().at >= static_cast<double>(power.size())) cycles.pop_back();
  return Phase{std::move(cycles), period};
}

// A first phase with another rhythm: the clearest one in windows of a few later periods over the first half.
// It must end before the middle: a harmonic of the later rhythm would not.
std::optional<Phase> find_first_phase(std::span<const double> power, const Period& later) {
  std::optional<Period> best;
  Stretch where{};
  for (const double periods : {3.0, 4.0}) {
    const auto width = static_cast<std::size_t>(periods * later.length);
    const auto step = static_cast<std::size_t>(std::max(1.0, later.length / 2));
    for (std::size_t begin = 0; begin + width <= power.size() / 2; begin += step) {
      const auto local = find_period(power.subspan(begin, width));
      if (!local || std::abs(local->length / later.length - 1) < search_reach) continue;
      if (best && local->strength <= best->strength) continue;
      best = local;
      where = {begin, begin + width};
    }
  }
  if (!best) return std::nullopt;
  auto phase = follow_phase(power, where, *best);
  if (phase && phase->cycles.back().at + best->length > static_cast<double>(power.size()) / 2) phase.reset();
  return phase;
}

// Fills [from, to) with as many epochs as fit, with confidence 0.
void fill(std::vector<PowerEpoch>& epochs, double from, double to, double period) {
  const auto count = std::max(1L, std::lround((to - from) / period));
  const double length = (to - from) / static_cast<double>(count);
  const auto place = [&](long i) { return from + static_cast<double>(i) * length; };
  for (long i = 0; i < count; ++i) epochs.push_back({place(i), place(i + 1), 0});
}

// Epochs of one phase that begins at `from` and ends at `stop`.
std::vector<PowerEpoch> epochs_of(const Phase& phase, double from, double stop) {
  std::vector<PowerEpoch> epochs;
  const double period = phase.period.length;
  for (std::size_t i = 0; i < phase.cycles.size(); ++i) {
    const bool last = i + 1 == phase.cycles.size();
    const double begin = from + phase.cycles[i].at;
    const double end = last ? std::min(stop, begin + period) : from + phase.cycles[i + 1].at;
    if (!last && end - begin > 1.5 * period) {
      fill(epochs, begin, end, period);
    } else {
      epochs.push_back({begin, end, std::clamp(phase.cycles[i].match, 0.0, 1.0)});
    }
  }
  return epochs;
}

// Fills the stretch between the last epoch and `stop`, or gives it to that epoch where it is too short for
// one.
void close(std::vector<PowerEpoch>& epochs, double stop, double period) {
  const double from = epochs.empty() ? 0 : epochs.back().end;
  if (stop - from >= counts_as_epoch * period) {
    fill(epochs, from, stop, period);
  } else if (!epochs.empty()) {
    epochs.back().end = stop;
  }
}

void append(std::vector<PowerEpoch>& epochs, const std::vector<PowerEpoch>& more, double period) {
  close(epochs, more.front().begin, period);
  const double begin = epochs.empty() ? 0 : epochs.back().end;
  epochs.insert(epochs.end(), more.begin(), more.end());
  epochs[epochs.size() - more.size()].begin = begin;
}

}  // namespace

std::optional<PowerEpochs> epochs_from_power(std::span<const double> power) {
  const auto later = find_period(power.subspan(power.size() / 3));
  if (!later) return std::nullopt;
  const auto head = find_first_phase(power, *later);
  const double border = head ? head->cycles.back().at + head->period.length : 0;
  const auto tail_from = static_cast<std::size_t>(border);
  const auto rest = power.subspan(tail_from);
  const auto tail = follow_phase(rest, {rest.size() / 3, rest.size()}, *later);
  if (!tail) return std::nullopt;

  PowerEpochs result;
  result.period = tail->period.length;
  result.strength = tail->period.strength;
  const auto tail_epochs =
      epochs_of(*tail, static_cast<double>(tail_from), static_cast<double>(power.size()));
  if (head) append(result.epochs, epochs_of(*head, 0, border), head->period.length);
  append(result.epochs, tail_epochs, result.period);
  close(result.epochs, static_cast<double>(power.size()), result.period);
  for (const auto& epoch : result.epochs)
    result.confidence += epoch.confidence * (epoch.end - epoch.begin) / static_cast<double>(power.size());
  return result;
}

}  // namespace joulecast::stability
