#include "session/forecast/prediction_front.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::session {

std::vector<std::size_t> front_of(const std::vector<Prediction>& predictions) {
  const auto energy = [&](std::size_t i) { return predictions[i].epoch_energy_j->value; };
  std::vector<std::size_t> by_time;
  for (std::size_t i = 0; i < predictions.size(); ++i)
    if (predictions[i].fits && predictions[i].epoch_time_s && predictions[i].epoch_energy_j)
      by_time.push_back(i);
  std::ranges::stable_sort(
      by_time, {}, [&](std::size_t i) { return std::pair(predictions[i].epoch_time_s->value, energy(i)); });
  std::vector<std::size_t> front;
  for (const auto i : by_time)
    if (front.empty() || energy(i) < energy(front.back())) front.push_back(i);
  return front;
}

}  // namespace joulecast::session
