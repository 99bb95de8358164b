#include "measure/limits.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace joulecast::measure {

std::optional<Limits::Verdict> Limits::check(std::optional<Joules> used, const Training& training) {
  if (ended_) return std::nullopt;
  if (options_.energy && used && *used >= *options_.energy && !energy_told_) {
    energy_told_ = true;
    ended_ = options_.at_energy == OnLimit::terminate;
    return Verdict{fmt::format("the limit of {} is used up", to_text(*options_.energy)), ended_};
  }
  if (!options_.projected || !training.projection()) return std::nullopt;
  const auto probability = training.probability_above(*options_.projected);
  if (!probability || *probability < options_.probability) return std::nullopt;
  ended_ = true;
  return Verdict{fmt::format("the run would use {}, more than {} with a probability of {:.0f} %",
                             to_text(training.projection()->total.value), to_text(*options_.projected),
                             100 * *probability),
                 true};
}

}  // namespace joulecast::measure
