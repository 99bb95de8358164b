#include "session/forecast/price_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "carbon/facility.hpp"
#include "session/machine/learn_facility.hpp"
#include "session/machine/timed_series.hpp"

namespace joulecast::session {
namespace {

constexpr const char* intensity_column = "intensity_g_per_kwh";
constexpr double largest_intensity = 1e5;
/// Forecasts are hourly; within an hour their values are taken as lying on a line.
constexpr Seconds step{900};
constexpr std::size_t most_steps = 1'000'000;

struct Pricing {
  std::optional<carbon::FacilityModel> facility;
  std::optional<TimedSeries> weather, grid;
  double constant_pue = 1;
  std::optional<carbon::Intensity> intensity;
  Watts load{0};  ///< of the building; 0 = that of the training
};

Status check(const StartRequest& request) {
  if (!request.facility.empty() && request.place.pue)
    return fail_field("pue", "is given beside a facility, which tells it by the hour");
  if (request.load_w && request.facility.empty())
    return fail_field("facility_load", "has no meaning without a facility");
  return {};
}

Result<Pricing> pricing_of(const StartRequest& request) {
  if (auto ok = check(request); !ok) return propagate(ok.error());
  Pricing pricing;
  pricing.constant_pue = request.place.pue.value_or(1);
  if (!request.facility.empty()) {
    auto model = carbon::read_facility(request.facility);
    if (!model) return propagate(model.error());
    if (model->needs_weather() && request.weather.empty())
      return fail_field("weather", "is needed: the overhead of {} rises with the outside temperature",
                        request.facility.string());
    pricing.load = request.load_w ? Watts{*request.load_w} : model->usual_load;
    pricing.facility = std::move(*model);
  }
  if (!request.weather.empty()) {
    auto series = read_timed_series(request.weather, temperature_column, coldest, hottest);
    if (!series) return propagate(series.error());
    pricing.weather = std::move(*series);
  }
  if (!request.grid.empty()) {
    auto series = read_timed_series(request.grid, intensity_column, 0, largest_intensity);
    if (!series) return propagate(series.error());
    pricing.grid = std::move(*series);
  } else if (request.place.known()) {
    auto place = request.place;
    place.pue.reset();
    const auto estimate = carbon::estimate(KilowattHours{1}, place, carbon::IntensityTable::read());
    if (!estimate.intensity) return fail(ErrorKind::invalid, "", "{}", estimate.reason);
    pricing.intensity = *estimate.intensity;
  }
  return pricing;
}

/// invalid, naming the field, if the series has no value then.
Result<std::optional<double>> value_at(const std::optional<TimedSeries>& series, WallTime time,
                                       const char* field) {
  if (!series) return std::optional<double>{};
  const auto value = series->at(time);
  if (value) return value;
  if (time.ns >= series->begin().ns && time.ns <= series->end().ns)
    return fail_field(field, "tells nothing for {}: its rows are too far apart there", to_iso8601(time));
  return fail_field(field, "tells nothing for {}: it goes from {} to {}", to_iso8601(time),
                    to_iso8601(series->begin()), to_iso8601(series->end()));
}

WallTime after(WallTime time, Seconds length) {
  return {time.ns + static_cast<std::int64_t>(length.value() * 1e9)};
}

/// Adds up a training that draws the same power all the time.
Result<PricedStart> priced(const Pricing& pricing, WallTime begin, Seconds length, const Predicted& energy) {
  PricedStart result;
  result.begin = begin;
  result.end = after(begin, length);
  const Watts power = Joules{energy.value} / length;
  const Watts load = std::max(pricing.load, power);
  const auto steps = std::min(most_steps, static_cast<std::size_t>(std::ceil(length / step)));
  const Seconds each = length / static_cast<double>(steps);
  Joules wall{0};
  GramsCO2e mass{0};
  double degrees = 0;
  std::optional<carbon::Between<carbon::Celsius>> seen;
  for (std::size_t i = 0; i < steps; ++i) {
    const auto middle = after(begin, each * (static_cast<double>(i) + 0.5));
    const auto outside = value_at(pricing.weather, middle, "weather");
    if (!outside) return propagate(outside.error());
    const auto intensity = value_at(pricing.grid, middle, "grid");
    if (!intensity) return propagate(intensity.error());
    std::optional<carbon::Celsius> celsius;
    if (*outside) {
      celsius = carbon::Celsius{**outside};
      if (!seen) seen = {*celsius, *celsius};
      seen = {std::min(seen->low, *celsius), std::max(seen->high, *celsius)};
      degrees += **outside / static_cast<double>(steps);
    }
    const auto pue = pricing.facility ? pricing.facility->pue(load, celsius) : pricing.constant_pue;
    const Joules now = power * each * pue.value_or(1);
    wall += now;
    if (*intensity) mass += to_kilowatt_hours(now) * GramsPerKilowattHour{**intensity};
  }
  const double pue = wall.value() / energy.value;
  result.pue = pue;
  if (seen) result.outside_c = degrees;
  if (pricing.grid)
    result.mass = mass;
  else if (pricing.intensity)
    result.mass = to_kilowatt_hours(wall) * pricing.intensity->value;
  result.at_wall_j = {wall.value(), {}, {}, false};
  if (energy.low && energy.high) {
    const double own = std::log(*energy.high / *energy.low) / 2;
    const double building = pricing.facility ? std::log1p(pricing.facility->error) : 0;
    const double both = std::hypot(own, building);
    const bool known = !pricing.facility || pricing.facility->calibrated;
    result.at_wall_j = {wall.value(), wall.value() * std::exp(-both), wall.value() * std::exp(both),
                        energy.calibrated && known};
  }
  if (pricing.facility) result.beyond = carbon::beyond(*pricing.facility, {load, load}, seen);
  if (!result.beyond.empty()) result.at_wall_j.calibrated = false;
  return result;
}

/// Nothing if it is not known how long the training takes.
std::optional<Seconds> length_of(const Prediction& prediction) {
  if (!prediction.epoch_time_s || !prediction.total_energy_j) return std::nullopt;
  const double epochs = prediction.steps ? 1 : prediction.training.epochs.value_or(0);
  const Seconds length{prediction.epoch_time_s->value * epochs};
  return length.value() > 0 ? std::optional(length) : std::nullopt;
}

}  // namespace

Status price_starts(const StartRequest& request, PredictionResult& result) {
  if (request.starts.empty()) {
    for (const auto& [field, given] :
         {std::pair{"facility", !request.facility.empty()}, std::pair{"weather", !request.weather.empty()},
          std::pair{"grid", !request.grid.empty()}, std::pair{"facility_load", request.load_w.has_value()}})
      if (given) return fail_field(field, "needs a start: when the training begins");
    return {};
  }
  const auto pricing = pricing_of(request);
  if (!pricing) return propagate(pricing.error());
  bool any = false;
  for (auto& prediction : result.predictions) {
    const auto length = length_of(prediction);
    if (!length) continue;
    any = true;
    for (const auto& text : request.starts) {
      const auto begin = moment_from(text, "start");
      if (!begin) return propagate(begin.error());
      auto start = priced(*pricing, *begin, *length, *prediction.total_energy_j);
      if (!start) return propagate(start.error());
      prediction.starts.push_back(std::move(*start));
    }
  }
  if (!any)
    return fail_field("start", "needs a training whose length is known: epochs and samples, steps or tokens");
  return {};
}

}  // namespace joulecast::session
