#include "tradeoff/alternative.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"

namespace joulecast::tradeoff {
namespace {

constexpr double z_of_90_percent = 1.6448536269514722;

std::optional<double> median_of_known(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty()) return std::nullopt;
  return stats::median(std::move(values));
}

}  // namespace

std::string Alternative::name() const {
  return fmt::format("{}", fmt::join(labels, " / "));
}

std::optional<double> typical(const Alternative& alternative, const std::string& column) {
  const auto found = alternative.values.find(column);
  return found == alternative.values.end() ? std::nullopt : median_of_known(found->second);
}

bool has_spread(const Alternative& alternative, const std::string& column) {
  constexpr auto fewest = 3;
  if (!alternative.stated.empty()) return true;
  const auto found = alternative.values.find(column);
  return found != alternative.values.end() &&
         std::ranges::count_if(found->second, [](double x) { return !std::isnan(x); }) >= fewest;
}

Replicate::Replicate(const Alternative& alternative, std::uint64_t seed, std::uint64_t stream)
    : alternative_(&alternative) {
  stats::Random random(seed, stream);
  for (std::size_t i = 0; i < alternative.runs; ++i)
    drawn_.push_back(random.below(static_cast<std::uint32_t>(alternative.runs)));
  z_ = stats::normal_quantile(std::max(random.uniform(), 0x1p-54));
}

std::optional<double> Replicate::typical(const std::string& column) const {
  const auto found = alternative_->values.find(column);
  if (found == alternative_->values.end()) return std::nullopt;
  if (const auto stated = alternative_->stated.find(column); stated != alternative_->stated.end()) {
    const auto centre = median_of_known(found->second);
    if (!centre || !(stated->second.low > 0) || !(*centre > 0)) return centre;
    return *centre *
           std::exp(z_ * std::log(stated->second.high / stated->second.low) / (2 * z_of_90_percent));
  }
  if (drawn_.empty()) return median_of_known(found->second);
  std::vector<double> values;
  for (const auto i : drawn_) values.push_back(found->second[i]);
  return median_of_known(std::move(values));
}

}  // namespace joulecast::tradeoff
