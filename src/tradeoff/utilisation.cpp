#include "tradeoff/utilisation.hpp"

namespace joulecast::tradeoff {
namespace {

bool same_but(const Alternative& a, const Alternative& b, std::size_t label) {
  for (std::size_t i = 0; i < a.labels.size(); ++i)
    if (i != label && a.labels[i] != b.labels[i]) return false;
  return a.labels[label] != b.labels[label];
}

}  // namespace

std::vector<UtilisationReading> read_utilisation(const std::vector<Alternative>& alternatives,
                                                 const std::string& cost, const std::string& utilisation,
                                                 std::optional<std::size_t> gpu_label) {
  std::vector<UtilisationReading> readings;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const auto percent = typical(alternatives[i], utilisation);
    if (!percent) continue;
    UtilisationReading reading;
    reading.alternative = i;
    reading.percent = *percent;
    reading.low = *percent < low_utilisation_percent;
    const auto own = typical(alternatives[i], cost);
    for (std::size_t k = 0; gpu_label && own && k < alternatives.size(); ++k) {
      const auto other = typical(alternatives[k], cost);
      if (!other || !same_but(alternatives[i], alternatives[k], *gpu_label)) continue;
      const double saving = 1 - *other / *own;
      if (saving > reading.cheaper_saving) {
        reading.cheaper = k;
        reading.cheaper_saving = saving;
      }
    }
    readings.push_back(reading);
  }
  return readings;
}

}  // namespace joulecast::tradeoff
