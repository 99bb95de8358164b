#include "estimate/offline/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "estimate/estimate.hpp"
#include "estimate/offline/model_json.hpp"
#include "stats/distributions.hpp"

namespace joulecast::estimate {
namespace {

using Groups = std::map<std::string, std::vector<double>>;  ///< misses by group

/// Weighted conformal quantile: the least q that covers 90 % of the groups' weight with one more group at
/// infinity.
IntervalFactor conformal(const Groups& groups) {
  struct Weighted {
    double miss, weight;
  };
  std::vector<Weighted> all;
  for (const auto& [name, misses] : groups)
    for (const double miss : misses) all.push_back({miss, 1.0 / static_cast<double>(misses.size())});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.miss < b.miss; });
  const double needed = interval_level * (static_cast<double>(groups.size()) + 1);
  double covered = 0;
  for (const auto& [miss, weight] : all) {
    covered += weight;
    if (covered >= needed * (1 - 1e-12)) return {miss, true, static_cast<int>(groups.size())};
  }
  return {all.back().miss, true, static_cast<int>(groups.size())};
}

/// Groups of one source, and how much each of them weighs.
struct WeightedGroup {
  const std::vector<double>* misses;
  double weight;
};

/// The weighted 90 % quantile of the misses, stretched as Student's t stretches a normal quantile estimated
/// from so many groups.
IntervalFactor model_based(const std::vector<WeightedGroup>& groups) {
  double total = 0;
  std::vector<std::pair<double, double>> all;  // miss, weight
  for (const auto& [misses, weight] : groups) {
    total += weight;
    for (const double miss : *misses) all.emplace_back(miss, weight / static_cast<double>(misses->size()));
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
  const double freedom = std::max(total - 1, 1.0);
  const double stretch = stats::student_t_quantile(middle, freedom) / stats::normal_quantile(middle);
  return {quantile * stretch, false, static_cast<int>(groups.size())};
}

std::vector<WeightedGroup> equally(const Groups& groups) {
  std::vector<WeightedGroup> result;
  for (const auto& [name, misses] : groups) result.push_back({&misses, 1.0});
  return result;
}

/// Groups of every source; one with thousands of them weighs no more than nine.
std::vector<WeightedGroup> together(const std::map<std::string, Groups>& sources) {
  std::vector<WeightedGroup> result;
  for (const auto& [source, groups] : sources)
    for (const auto& [name, misses] : groups)
      result.push_back({&misses, std::min(1.0, least_groups / static_cast<double>(groups.size()))});
  return result;
}

std::map<std::string, Groups> groups_by_source(const std::vector<Miss>& misses, Novelty novelty,
                                               int left_out) {
  std::map<std::string, Groups> result;
  for (const auto& miss : misses)
    if (miss.novelty == novelty && miss.fold != left_out)
      result[miss.source][miss.group].push_back(miss.log_ratio);
  return result;
}

}  // namespace

std::optional<IntervalFactor> interval_factor(const std::vector<Miss>& misses, Novelty novelty,
                                              const std::string& source, int left_out) {
  for (int level = static_cast<int>(novelty); level <= static_cast<int>(Novelty::new_source); ++level) {
    const auto sources = groups_by_source(misses, static_cast<Novelty>(level), left_out);
    if (const auto own = sources.find(source); own != sources.end()) {
      if (own->second.size() >= least_groups) return conformal(own->second);
      constexpr std::size_t enough_of_own = 4;
      if (own->second.size() >= enough_of_own) return model_based(equally(own->second));
    }
    const auto all = together(sources);
    if (all.size() >= 2) return model_based(all);
  }
  return std::nullopt;
}

Calibration::Calibration(const std::vector<Miss>& misses) {
  std::set<std::string> sources{""};
  for (const auto& miss : misses) sources.insert(miss.source);
  for (int level = 0; level <= static_cast<int>(Novelty::new_source); ++level)
    for (const auto& source : sources)
      if (const auto factor = interval_factor(misses, static_cast<Novelty>(level), source))
        entries_.push_back({static_cast<Novelty>(level), source, *factor});
}

std::optional<IntervalFactor> Calibration::find(Novelty novelty, const std::string& source) const {
  std::optional<IntervalFactor> any;
  for (const auto& entry : entries_) {
    if (entry.novelty != novelty) continue;
    if (entry.source == source) return entry.factor;
    if (entry.source.empty()) any = entry.factor;
  }
  return any;
}

nlohmann::ordered_json Calibration::to_json() const {
  auto json = nlohmann::ordered_json::array();
  for (const auto& [novelty, source, factor] : entries_) {
    json.push_back({{"novelty", name_of(novelty)},
                    {"source", source},
                    {"log_half_width", rounded(factor.q)},
                    {"calibrated", factor.calibrated},
                    {"groups", factor.groups}});
  }
  return json;
}

Result<Calibration> Calibration::from_json(const nlohmann::ordered_json& json) {
  Calibration result;
  if (!json.is_array()) return fail(ErrorKind::malformed, "calibration", "is not a list");
  for (const auto& item : json) {
    JsonReader reader(item, "calibration");
    Entry entry{Novelty::new_source, reader.text("source"), {reader.number("log_half_width"), false, 0}};
    const auto novelty = reader.text("novelty");
    bool known = false;
    for (int level = 0; level <= static_cast<int>(Novelty::new_source); ++level)
      if (novelty == name_of(static_cast<Novelty>(level)))
        entry.novelty = static_cast<Novelty>(level), known = true;
    entry.factor.groups = static_cast<int>(reader.number("groups"));
    if (reader.error()) return propagate(*reader.error());
    if (!known) return fail(ErrorKind::malformed, "calibration", "unknown novelty '{}'", novelty);
    const auto& calibrated = reader.member("calibrated");
    entry.factor.calibrated = calibrated.is_boolean() && calibrated.get<bool>();
    result.entries_.push_back(std::move(entry));
  }
  return result;
}

}  // namespace joulecast::estimate
