#include "estimate/evaluation/splits.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "stats/random.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::array<std::string_view, 7> split_names{"random", "configuration", "pair",  "architecture",
                                                      "family", "gpu",           "source"};
constexpr const char* never_held_out = "";

void shuffle(std::vector<std::string>& values, stats::Random& random) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[random.below(static_cast<std::uint32_t>(i))]);
}

std::string configuration_of(const Sample& sample) {
  return sample.source + "\n" + sample.configuration;
}

/// Deals groups into folds in turn within each stratum, so that every fold has its share of every stratum. -1
/// = never held out.
std::vector<int> deal(const std::vector<std::string>& groups, const std::vector<std::string>& strata,
                      int folds, std::uint64_t seed) {
  // a group in several strata is counted in the first of them
  std::map<std::string, std::string> stratum_of;
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (groups[i] != never_held_out) stratum_of.emplace(groups[i], strata[i]);
  std::map<std::string, std::vector<std::string>> members;
  for (const auto& [group, stratum] : stratum_of) members[stratum].push_back(group);
  stats::Random random(seed);
  std::map<std::string, int> fold_of;
  int next = 0;
  for (auto& [stratum, names] : members) {
    shuffle(names, random);
    for (const auto& name : names) fold_of[name] = next++ % folds;
  }
  std::vector<int> result;
  for (const auto& group : groups) result.push_back(group == never_held_out ? -1 : fold_of[group]);
  return result;
}

/// The sample's pair if its workload also ran on other hosts and its host also ran other workloads; else
/// never_held_out.
std::vector<std::string> pairs_of(std::span<const Sample> samples) {
  std::map<std::string, std::set<std::string>> partners;
  for (const auto& sample : samples) {
    partners[sample.workload()].insert(sample.host());
    partners[sample.host()].insert(sample.workload());
  }
  std::vector<std::string> pairs;
  for (const auto& sample : samples) {
    const bool apart = partners[sample.workload()].size() > 1 && partners[sample.host()].size() > 1;
    pairs.push_back(apart ? sample.pair() : never_held_out);
  }
  return pairs;
}

std::vector<Fold> folds_from(const std::vector<int>& fold_of_row) {
  std::vector<Fold> folds(
      static_cast<std::size_t>(*std::max_element(fold_of_row.begin(), fold_of_row.end())) + 1);
  for (std::size_t fold = 0; fold < folds.size(); ++fold)
    for (std::size_t i = 0; i < fold_of_row.size(); ++i)
      (fold_of_row[i] == static_cast<int>(fold) ? folds[fold].test : folds[fold].train).push_back(i);
  std::erase_if(folds, [](const Fold& fold) { return fold.test.empty(); });
  return folds;
}

/// Draws configurations in an order that takes each workload once before any is taken twice. Somebody who
/// measures five short runs on a new GPU would not run the same network five times.
std::vector<std::string> spread_order(const std::map<std::string, std::vector<std::string>>& by_workload,
                                      stats::Random& random) {
  std::vector<std::vector<std::string>> piles;
  for (const auto& [workload, names] : by_workload) {
    piles.push_back(names);
    shuffle(piles.back(), random);
  }
  std::vector<std::string> order;
  for (std::size_t round = 0; !piles.empty(); ++round) {
    std::vector<std::string> one_of_each;
    for (const auto& pile : piles) one_of_each.push_back(pile[round]);
    shuffle(one_of_each, random);
    order.insert(order.end(), one_of_each.begin(), one_of_each.end());
    std::erase_if(piles, [&](const auto& pile) { return pile.size() <= round + 1; });
  }
  return order;
}

/// Moves `shots` configurations of each source from test to training. Each source keeps at least one for the
/// test.
void give_shots(std::span<const Sample> samples, Fold& fold, int shots, stats::Random& random) {
  std::map<std::string, std::map<std::string, std::set<std::string>>> configurations;
  for (const auto row : fold.test)
    configurations[samples[row].source][samples[row].workload()].insert(configuration_of(samples[row]));
  std::set<std::string> given;
  for (const auto& [source, workloads] : configurations) {
    std::map<std::string, std::vector<std::string>> lists;
    for (const auto& [workload, names] : workloads) lists[workload].assign(names.begin(), names.end());
    auto order = spread_order(lists, random);
    order.resize(std::min(order.size() - 1, static_cast<std::size_t>(shots)));
    given.insert(order.begin(), order.end());
  }
  const auto is_given = [&](std::size_t row) { return given.contains(configuration_of(samples[row])); };
  std::copy_if(fold.test.begin(), fold.test.end(), std::back_inserter(fold.train), is_given);
  std::erase_if(fold.test, is_given);
}

}  // namespace

std::string_view name_of(Split split) {
  return split_names[static_cast<std::size_t>(split)];
}

Result<Split> split_from(std::string_view name) {
  for (std::size_t i = 0; i < split_names.size(); ++i)
    if (name == split_names[i]) return static_cast<Split>(i);
  return fail_field("split", "is random, configuration, pair, architecture, family, gpu or source, not '{}'",
                    name);
}

Result<std::vector<Fold>> make_folds(std::span<const Sample> samples, Split split,
                                     const SplitOptions& options) {
  std::vector<std::string> groups, strata;
  const auto pairs = pairs_of(samples);
  int folds = options.folds;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = samples[i];
    strata.push_back(split == Split::gpu || split == Split::source ? std::string{}
                     : split == Split::pair                        ? sample.workload()
                                                                   : sample.source);
    switch (split) {
      case Split::random:
        groups.push_back(std::to_string(i));
        break;
      case Split::configuration:
        groups.push_back(configuration_of(sample));
        break;
      case Split::pair:
        groups.push_back(pairs[i]);
        break;
      case Split::architecture:
        groups.push_back(sample.training.architecture);
        break;
      case Split::family:
        groups.push_back(family_of(sample));
        break;
      case Split::gpu:
        groups.push_back(sample.gpu.name);
        break;
      case Split::source:
        groups.push_back(sample.source);
        break;
    }
  }
  std::set<std::string> distinct(groups.begin(), groups.end());
  distinct.erase(never_held_out);
  if (distinct.size() < 2)
    return fail_field("split " + std::string(name_of(split)), "needs two groups or more; the table has {}",
                      distinct.size());
  if (split == Split::architecture || split == Split::family || split == Split::pair)
    folds = options.architecture_folds;
  if (split == Split::gpu || split == Split::source) folds = static_cast<int>(distinct.size());
  auto result = folds_from(deal(groups, strata, folds, options.seed));
  if (split != Split::gpu || options.shots == 0) return result;
  std::vector<Fold> drawn;
  stats::Random random(options.seed, 7);
  for (const auto& fold : result)
    for (int i = 0; i < options.draws; ++i) {
      drawn.push_back(fold);
      give_shots(samples, drawn.back(), options.shots, random);
    }
  return drawn;
}

}  // namespace joulecast::estimate
