#include "estimate/offline/physics/physics_fit.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "estimate/offline/physics/physics_problem.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::size_t most_own_workloads = 150;
/// further rows would teach the shared parameters nothing new
constexpr std::size_t most_rows_of_host = 300;

/// Thins the observations evenly if one host has very many.
std::vector<Observation> thinned(std::span<const Observation> observations) {
  std::map<std::string, std::vector<const Observation*>> by_host;
  for (const auto& observation : observations) by_host[observation.sample->host()].push_back(&observation);
  std::vector<Observation> result;
  for (const auto& [host, rows] : by_host) {
    const auto kept = std::min(rows.size(), most_rows_of_host);
    for (std::size_t i = 0; i < kept; ++i) result.push_back(*rows[i * rows.size() / kept]);
  }
  return result;
}

/// Whether the equations can derive the size of the sample's epoch. Otherwise the workload's own parameters
/// must.
bool has_scale(const Sample& sample) {
  return sample.work && sample.training.train_samples;
}

/// The workloads that have parameters of their own: first the workloads whose scale is otherwise unknown,
/// then those with the most configurations. A single configuration could not separate these parameters from
/// the residual, and thousands of workloads would make the system too large to solve.
std::set<std::string> own_workloads(std::span<const Observation> observations) {
  struct Workload {
    bool scaled = true;
    int configurations = 0;
    std::string name;
  };
  std::map<std::string, Workload> by_name;
  for (const auto& observation : observations) {
    auto& workload = by_name[observation.sample->workload()];
    workload.scaled = has_scale(*observation.sample);
    ++workload.configurations;
  }
  std::vector<Workload> wanted;
  for (auto& [name, workload] : by_name) {
    workload.name = name;
    if (!workload.scaled || workload.configurations > 1) wanted.push_back(std::move(workload));
  }
  std::stable_sort(wanted.begin(), wanted.end(), [](const Workload& a, const Workload& b) {
    return std::pair(a.scaled, -a.configurations) < std::pair(b.scaled, -b.configurations);
  });
  wanted.resize(std::min(wanted.size(), most_own_workloads));
  std::set<std::string> names;
  for (auto& workload : wanted) names.insert(std::move(workload.name));
  return names;
}

ParameterSpace space_of(std::span<const Observation> observations) {
  std::array<std::set<std::string>, level_count> names;
  names[static_cast<std::size_t>(Level::workload)] = own_workloads(observations);
  const auto insert = [&](Level level, std::string name) {
    names[static_cast<std::size_t>(level)].insert(std::move(name));
  };
  for (const auto& [sample, time, power, repeats] : observations) {
    insert(Level::setting, sample->setting());
    insert(Level::gpu, sample->gpu.name);
    insert(Level::host, sample->host());
  }
  std::array<std::vector<std::string>, level_count> lists;
  for (std::size_t level = 0; level < level_count; ++level)
    lists[level].assign(names[level].begin(), names[level].end());
  return ParameterSpace(std::move(lists));
}

/// Centres the parameters of workloads with unknown work. The launch parameter comes from the smallest batch
/// and the GPU time from the largest, each at the highest power limit and averaged over the hosts.
void centre_unknown_workloads(ParameterSpace& space, std::span<const Observation> observations) {
  struct Ends {
    const Observation* smallest = nullptr;
    const Observation* largest = nullptr;
  };
  std::map<std::string, std::map<std::string, Ends>> ends;
  for (const auto& observation : observations) {
    const auto& sample = *observation.sample;
    if (well_known(sample) || !observation.log_time) continue;
    auto& [smallest, largest] = ends[sample.workload()][sample.host()];
    const auto better = [&](const Observation* old, double sign) {
      return !old || std::pair(sign * sample.batch(), sample.limit_w()) >
                         std::pair(sign * old->sample->batch(), old->sample->limit_w());
    };
    if (better(smallest, -1)) smallest = &observation;
    if (better(largest, 1)) largest = &observation;
  }
  const Eigen::VectorXd exponentials = space.mean().array().exp();
  for (const auto& [workload, hosts] : ends) {
    if (space.find(Level::workload, workload) < 0) continue;
    double launches = 0, work = 0;
    LevelIndices levels{};
    for (const auto& [host, range] : hosts) {
      const auto offset = [&](const Observation& observation, bool launch) {
        const auto input = physics_input(*observation.sample, space);
        levels = input.levels;
        const auto output = evaluate_physics(input, space, exponentials);
        const double step =
            std::exp(*observation.log_time) * input.batch_of_gpu * input.gpu_count / input.samples;
        return std::log(step / (launch ? output.launch_s : output.gpu_s * output.clock));
      };
      launches += offset(*range.smallest, true) / static_cast<double>(hosts.size());
      work += offset(*range.largest, false) / static_cast<double>(hosts.size());
    }
    space.set_prior(space.offset(Parameter::workload_kernels, levels), launches - 0.3, unknown_work_sd);
    space.set_prior(space.offset(Parameter::workload_flops, levels), work, unknown_work_sd);
    space.set_prior(space.offset(Parameter::workload_bytes, levels), work, unknown_work_sd);
  }
}

/// The space with less freedom for everything that workloads share.
ParameterSpace restrained(ParameterSpace space, double reach) {
  constexpr double least_reach = 1e-3;  // keeps standard deviations above 0
  for (std::size_t k = 0; k < parameter_count; ++k) {
    const auto parameter = static_cast<Parameter>(k);
    const auto level = info_of(parameter).level;
    if (level == Level::workload) continue;
    for (std::size_t name = 0; name < space.names(level).size(); ++name) {
      LevelIndices levels{};
      levels[static_cast<std::size_t>(level)] = static_cast<int>(name);
      const auto first = space.offset(parameter, levels);
      for (auto at = first; at < first + width_of(parameter); ++at)
        space.set_prior(at, space.mean()[at], std::max(reach, least_reach) * space.sd()[at]);
    }
  }
  return space;
}

/// Finds the parameter values, with the given freedom. Their covariance uses the fit's own priors instead, so
/// that a parameter that was held fixed by a small freedom is not reported as well known.
void solve(PhysicsFit& fit, const ParameterSpace& freedom, std::span<const Observation> observations) {
  PhysicsProblem restrained_problem(freedom, observations);
  fit.values = restrained_problem.values_of(minimise(restrained_problem));
  PhysicsProblem problem(fit.space, observations);
  const Eigen::VectorXd z = (fit.values - fit.space.mean()).cwiseQuotient(fit.space.sd());
  Eigen::MatrixXd normal;
  Eigen::VectorXd gradient;
  problem.linearise(z, normal, gradient);
  fit.covariance = normal.llt().solve(Eigen::MatrixXd::Identity(z.size(), z.size()));
}

}  // namespace

Result<PhysicsFit> fit_physics(std::span<const Observation> observations) {
  const auto usable = [](const Observation& o) { return o.log_time && o.log_power; };
  if (std::none_of(observations.begin(), observations.end(), usable))
    return fail(ErrorKind::invalid, "physics", "no row has both epoch time and power");
  PhysicsFit result{space_of(observations), {}, {}};
  auto rows = thinned(observations);
  std::erase_if(rows, [&](const Observation& row) {
    return !has_scale(*row.sample) && result.space.find(Level::workload, row.sample->workload()) < 0;
  });
  centre_unknown_workloads(result.space, rows);
  solve(result, result.space, rows);
  return result;
}

PhysicsFit refit_physics(const PhysicsFit& start, std::span<const Observation> observations, double reach) {
  if (observations.empty()) return start;
  const auto own = space_of(observations);
  std::array<std::vector<std::string>, level_count> names;
  for (std::size_t i = 0; i < level_count; ++i) {
    const auto level = static_cast<Level>(i);
    names[i] = start.space.names(level);
    for (const auto& name : own.names(level))
      if (start.space.find(level, name) < 0) names[i].push_back(name);
  }
  PhysicsFit result{ParameterSpace(std::move(names)), {}, {}};
  auto& space = result.space;
  centre_unknown_workloads(space, observations);
  // Names keep their order, so that old indices still mean the same names in the new space.
  for (std::size_t k = 0; k < parameter_count; ++k) {
    const auto parameter = static_cast<Parameter>(k);
    const auto level = static_cast<std::size_t>(info_of(parameter).level);
    for (std::size_t name = 0; name < start.space.names(static_cast<Level>(level)).size(); ++name) {
      LevelIndices levels{};
      levels[level] = static_cast<int>(name);
      const auto from = start.space.offset(parameter, levels), to = space.offset(parameter, levels);
      for (Eigen::Index i = 0; i < width_of(parameter); ++i)
        space.set_prior(to + i, start.values[from + i], fitted_freedom * start.space.sd()[from + i]);
    }
  }
  solve(result, restrained(space, reach), observations);
  return result;
}

}  // namespace joulecast::estimate
