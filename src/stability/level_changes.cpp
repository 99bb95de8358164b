#include "stability/level_changes.hpp"

#include <algorithm>
#include <cmath>

#include "stability/detector.hpp"

namespace joulecast::stability {
namespace {

constexpr double remembered_steps = 256;  // the noise is a mean over about so many steps
constexpr double longest_step = 5;  // a larger step counts as this many mean steps: it is a change, not noise
// sqrt(pi) / 2: the standard deviation of normal noise over its mean absolute step.
constexpr double step_to_deviation = 0.886226925452758;
// Of the level: noise is taken to be at least this, also for a meter that repeats its readings
constexpr double relative_floor = 1e-3;

}  // namespace

void LevelChanges::Side::take(double deviations, const Sums& before) {
  if (evidence == 0) since = before;
  evidence = std::max(0.0, evidence + deviations);
}

LevelChanges::LevelChanges(LevelChangesOptions options) : options_(options) {}

bool LevelChanges::push(double sample) {
  if (now_.count == 0) centre_ = sample;
  learn_noise(sample);
  const Sums before = now_;
  const double x = sample - centre_;
  now_.count += 1;
  now_.sum += x;
  now_.squares += x * x;

  const auto in_regime = static_cast<double>(before.count - regime_.count);
  const double mean = in_regime > 0 ? (before.sum - regime_.sum) / in_regime : x;
  const double deviation =
      std::max(mean_step_ * step_to_deviation, relative_floor * std::abs(mean + centre_));
  if (deviation == 0) return false;
  const double away = (x - mean) / deviation;
  up_.take(away - options_.drift, before);
  down_.take(-away - options_.drift, before);
  const Side& stronger = up_.evidence > down_.evidence ? up_ : down_;
  if (stronger.evidence <= options_.threshold) return false;
  begin_regime(Sums{stronger.since});
  return true;
}

void LevelChanges::learn_noise(double sample) {
  if (now_.count > 0) {
    const double step = std::abs(sample - previous_);
    const double weight = 1 / std::min(static_cast<double>(now_.count), remembered_steps);
    const bool warmed_up = now_.count > 8 && mean_step_ > 0;
    mean_step_ += weight * ((warmed_up ? std::min(step, longest_step * mean_step_) : step) - mean_step_);
  }
  previous_ = sample;
}

void LevelChanges::begin_regime(const Sums& at) {
  regime_ = at;
  up_ = down_ = Side{};
  if (at.count == 0 || (!candidates_.empty() && candidates_.back().count == at.count)) return;
  candidates_.push_back(at);
  if (candidates_.size() <= options_.most_candidates) return;
  const auto worst =
      std::max_element(candidates_.begin(), candidates_.end() - 1,
                       [&](const Sums& a, const Sums& b) { return square_error(a) < square_error(b); });
  candidates_.erase(worst);
}

double LevelChanges::square_error(const Sums& from) const {
  const auto kept = static_cast<double>(now_.count - from.count);
  const double sum = now_.sum - from.sum;
  return std::max(0.0, now_.squares - from.squares - sum * sum / kept) / (kept * kept);
}

std::vector<std::uint64_t> LevelChanges::changes() const {
  std::vector<std::uint64_t> positions(candidates_.size());
  std::transform(candidates_.begin(), candidates_.end(), positions.begin(),
                 [](const Sums& s) { return s.count; });
  return positions;
}

std::optional<LevelChanges::Steady> LevelChanges::steady() const {
  if (now_.count < 2) return std::nullopt;
  Sums best;
  for (const auto& candidate : candidates_)
    if (candidate.count <= now_.count / 4 * 3 && square_error(candidate) < square_error(best))
      best = candidate;
  const auto kept = static_cast<double>(now_.count - best.count);
  return Steady{best.count, centre_ + (now_.sum - best.sum) / kept, std::sqrt(square_error(best))};
}

namespace {

Result<StablePoint> find(std::span<const double> power, const DetectorOptions&) {
  if (const auto usable = check_series(power, 8, "streaming"); !usable) return propagate(usable.error());
  LevelChanges tracker;
  for (const double sample : power) tracker.push(sample);
  const auto begin = static_cast<std::size_t>(tracker.steady()->begin);
  return StablePoint{begin, begin > 0, false};
}

}  // namespace

extern const StabilityDetector streaming_detector{
    "streaming", "CUSUM over the stream in bounded memory, then the steadiest rest", find};

}  // namespace joulecast::stability
