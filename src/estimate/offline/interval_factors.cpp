#include "estimate/offline/interval_factors.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "estimate/estimate.hpp"
#include "estimate/offline/model_json.hpp"
#include "stats/distributions.hpp"

namespace joulecast::estimate {
namespace {

using Groups = std::map<std::string, std::vector<double>>;  ///< scores by group

/// Weighted conformal quantile: the smallest q that covers 90 % of the weight, after one more group is added
/// at infinity.
IntervalFactor conformal(const Groups& groups) {
  struct Weighted {
    double miss, weight;
  };
  std::vector<Weighted> all;
  for (const auto& [name, scores] : groups)
    for (const double score : scores)
      all.push_back({std::abs(score), 1.0 / static_cast<double>(scores.size())});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.miss < b.miss; });
  const double needed = interval_level * (static_cast<double>(groups.size()) + 1);
  double covered = 0;
  for (const auto& [miss, weight] : all) {
    covered += weight;
    if (covered >= needed * (1 - 1e-12)) return {miss, true, static_cast<int>(groups.size())};
  }
  return {all.back().miss, true, static_cast<int>(groups.size())};
}

/// Groups of one source and the weight of each.
struct WeightedGroup {
  const std::vector<double>* scores;
  double weight;
};

/// Welch-Satterthwaite degrees of freedom of the scores' variance about 0.
double degrees_of_freedom(const std::vector<WeightedGroup>& groups) {
  double total = 0, between = 0, within = 0, rows = 0;
  for (const auto& [scores, weight] : groups) {
    const auto n = static_cast<double>(scores->size());
    const double mean = std::accumulate(scores->begin(), scores->end(), 0.0) / n;
    double squares = 0;
    for (const double score : *scores) squares += (score - mean) * (score - mean);
    total += weight;
    between += weight * mean * mean;
    within += weight * squares / n;
    rows += weight * (n - 1);
  }
  between /= total;
  within /= total;
  const double sum = between + within;
  if (sum <= 0 || rows <= 0) return total;
  return sum * sum / (between * between / total + within * within / rows);
}

/// The weighted 90 % quantile of the misses, stretched as Student's t stretches a normal quantile.
IntervalFactor model_based(const std::vector<WeightedGroup>& groups) {
  double total = 0;
  std::vector<std::pair<double, double>> all;  // miss, weight
  for (const auto& [scores, weight] : groups) {
    total += weight;
    for (const double score : *scores)
      all.emplace_back(std::abs(score), weight / static_cast<double>(scores->size()));
  }
  std::sort(all.begin(), all.end());
  double covered = 0, quantile = all.back().first;
  for (const auto& [miss, weight] : all) {
    covered += weight;
    if (covered < interval_level * total) continue;
    quantile = miss;
    break;
  }
  const double middle = 0.5 + interval_level / 2;
  const double stretch =
      stats::student_t_quantile(middle, degrees_of_freedom(groups)) / stats::normal_quantile(middle);
  return {quantile * stretch, false, static_cast<int>(groups.size())};
}

std::vector<WeightedGroup> equally(const Groups& groups) {
  std::vector<WeightedGroup> result;
  for (const auto& [name, scores] : groups) result.push_back({&scores, 1.0});
  return result;
}

/// Sources differ more than the groups within them, so a source weighs at most as much as three groups.
constexpr double most_of_a_source = 3;

/// The groups of all sources together.
std::vector<WeightedGroup> together(const std::map<std::string, Groups>& sources) {
  std::vector<WeightedGroup> result;
  for (const auto& [source, groups] : sources)
    for (const auto& [name, scores] : groups)
      result.push_back({&scores, std::min(1.0, most_of_a_source / static_cast<double>(groups.size()))});
  return result;
}

std::map<std::string, Groups> groups_by_source(const std::vector<Miss>& misses, Novelty novelty,
                                               int left_out) {
  std::map<std::string, Groups> result;
  for (const auto& miss : misses)
    if (miss.novelty == novelty && miss.fold != left_out)
      result[miss.source][miss.group].push_back(miss.score);
  return result;
}

}  // namespace

std::optional<IntervalFactor> interval_factor(const std::vector<Miss>& misses, Novelty novelty,
                                              const std::string& source, int left_out) {
  for (int level = static_cast<int>(novelty); level <= static_cast<int>(Novelty::new_source); ++level) {
    const auto sources = groups_by_source(misses, static_cast<Novelty>(level), left_out);
    if (const auto own = sources.find(source); own != sources.end()) {
      if (own->second.size() >= least_groups) return conformal(own->second);
      constexpr std::size_t enough_of_own = 3;
      if (own->second.size() >= enough_of_own) return model_based(equally(own->second));
    }
    const auto all = together(sources);
    if (all.size() >= 2) return model_based(all);
  }
  return std::nullopt;
}

IntervalFactors::IntervalFactors(const std::vector<Miss>& misses) {
  std::set<std::string> sources{""};
  for (const auto& miss : misses) sources.insert(miss.source);
  for (int level = 0; level <= static_cast<int>(Novelty::new_source); ++level)
    for (const auto& source : sources)
      if (const auto factor = interval_factor(misses, static_cast<Novelty>(level), source))
        entries_.push_back({static_cast<Novelty>(level), source, *factor});
}

std::optional<IntervalFactor> IntervalFactors::find(Novelty novelty, const std::string& source) const {
  std::optional<IntervalFactor> any;
  for (const auto& entry : entries_) {
    if (entry.novelty != novelty) continue;
    if (entry.source == source) return entry.factor;
    if (entry.source.empty()) any = entry.factor;
  }
  return any;
}

nlohmann::ordered_json IntervalFactors::to_json() const {
  auto json = nlohmann::ordered_json::array();
  for (const auto& [novelty, source, factor] : entries_) {
    json.push_back({{"novelty", name_of(novelty)},
                    {"source", source},
                    {"spreads", rounded(factor.q)},
                    {"calibrated", factor.calibrated},
                    {"groups", factor.groups}});
  }
  return json;
}

Result<IntervalFactors> IntervalFactors::from_json(const nlohmann::ordered_json& json) {
  IntervalFactors result;
  if (!json.is_array()) return fail(ErrorKind::malformed, "calibration", "is not a list");
  for (const auto& item : json) {
    JsonReader reader(item, "calibration");
    Entry entry{Novelty::new_source, reader.text("source"), {reader.number("spreads"), false, 0}};
    const auto name = reader.text("novelty");
    const auto novelty = novelty_from(name);
    entry.factor.groups = reader.count("groups");
    if (reader.error()) return propagate(*reader.error());
    if (!novelty) return fail(ErrorKind::malformed, "calibration", "unknown novelty '{}'", name);
    entry.novelty = *novelty;
    const auto& calibrated = reader.member("calibrated");
    entry.factor.calibrated = calibrated.is_boolean() && calibrated.get<bool>();
    result.entries_.push_back(std::move(entry));
  }
  return result;
}

}  // namespace joulecast::estimate
