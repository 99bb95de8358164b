#include "estimate/offline/physics/physics_parameters.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::array<std::string_view, level_count> level_names{"everywhere", "setting", "workload", "gpu",
                                                                "host"};

// Means are natural logarithms. The priors are general knowledge about GPUs: a kernel launch through a
// framework takes some tens of microseconds; idle power in the training clock state is a quarter of the board
// power (less with stacked memory); power grows as the cube of the clock above the voltage floor.
constexpr std::array<ParameterInfo, parameter_count> infos{{
    {"launch_s", Level::everywhere, -10.41, 0.5},
    {"overlap", Level::everywhere, 1.10, 0.3},
    {"idle_share", Level::everywhere, -1.39, 0.2},
    {"idle_share_stacked", Level::everywhere, -1.97, 0.2},
    {"active_compute", Level::everywhere, -0.105, 0.15},
    {"active_memory", Level::everywhere, -0.288, 0.3},
    {"active_depthwise", Level::everywhere, -0.693, 0.3},
    {"slowdown_knee", Level::everywhere, -0.288, 0.1},
    {"slowdown_exponent", Level::everywhere, 1.10, 0.25},
    {"limit_share", Level::everywhere, -0.015, 0.015},
    {"limit_softness", Level::everywhere, 1.79, 0.5},
    {"busy_exponent", Level::everywhere, 0.0, 0.3},
    {"shared_lanes", Level::everywhere, -0.69, 0.3},
    {"matrix_units", Level::everywhere, -0.69, 0.3},
    {"optimiser_traffic", Level::everywhere, 1.10, 0.3},
    {"setting_launch", Level::setting, 0.0, 0.5},
    {"setting_input_s", Level::setting, -10.41, 1.0},
    {"workload_flops", Level::workload, 0.0, 0.2},
    {"workload_bytes", Level::workload, 0.0, 0.2},
    {"workload_kernels", Level::workload, 0.0, 0.2},
    {"workload_power", Level::workload, 0.0, 0.15},
    {"gpu_compute", Level::gpu, 0.0, 0.12},
    {"gpu_memory", Level::gpu, 0.0, 0.12},
    {"gpu_idle", Level::gpu, 0.0, 0.3},
    {"gpu_power", Level::gpu, 0.0, 0.15},
    {"gpu_slowdown", Level::gpu, 0.0, 0.2},
    {"host_launch", Level::host, 0.0, 0.7},
    {"host_input", Level::host, 0.0, 0.7},
    {"term", Level::everywhere, 0.0, 0.7},
    {"setting_term", Level::setting, 0.0, 0.4},
}};

/// Time over roofline time for the whole step (forward and backward counted as 3 x forward).
constexpr std::array<double, term_count> term_means{0.0, 0.405, 0.262, -0.357, -1.61,
                                                    0.0, 0.693, 0.405, 1.10,   0.405};

std::string key_of(Parameter parameter, Eigen::Index term) {
  std::string key(info_of(parameter).name);
  if (width_of(parameter) > 1) key += "." + std::string(name_of(static_cast<Term>(term)));
  return key;
}

}  // namespace

const ParameterInfo& info_of(Parameter parameter) {
  return infos[static_cast<std::size_t>(parameter)];
}
double term_prior_mean(Term term) {
  return term_means[static_cast<std::size_t>(term)];
}

ParameterSpace::ParameterSpace(std::array<std::vector<std::string>, level_count> names)
    : names_(std::move(names)) {
  names_[0] = {""};
  for (std::size_t level = 0; level < level_count; ++level)
    for (std::size_t i = 0; i < names_[level].size(); ++i)
      index_[level][names_[level][i]] = static_cast<int>(i);
  Eigen::Index size = 0;
  for (std::size_t i = 0; i < parameter_count; ++i) {
    begin_[i] = size;
    const auto level = static_cast<std::size_t>(infos[i].level);
    size += static_cast<Eigen::Index>(names_[level].size()) * width_of(static_cast<Parameter>(i));
  }
  mean_.resize(size);
  sd_.resize(size);
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto end = i + 1 < parameter_count ? begin_[i + 1] : size;
    for (auto at = begin_[i]; at < end; ++at) {
      const bool terms = static_cast<Parameter>(i) == Parameter::term;
      mean_[at] = terms ? term_means[static_cast<std::size_t>(at - begin_[i])] : infos[i].mean;
      sd_[at] = infos[i].sd;
    }
  }
}

int ParameterSpace::find(Level level, std::string_view name) const {
  const auto& index = index_[static_cast<std::size_t>(level)];
  const auto found = index.find(name);
  return found == index.end() ? -1 : found->second;
}

Eigen::Index ParameterSpace::offset(Parameter parameter, const LevelIndices& levels) const {
  const auto level = info_of(parameter).level;
  const int at = level == Level::everywhere ? 0 : levels[static_cast<std::size_t>(level)];
  return at < 0 ? -1 : begin_[static_cast<std::size_t>(parameter)] + at * width_of(parameter);
}

nlohmann::ordered_json ParameterSpace::to_json(const Eigen::VectorXd& values) const {
  nlohmann::ordered_json json;
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto parameter = static_cast<Parameter>(i);
    const auto level = static_cast<std::size_t>(infos[i].level);
    for (std::size_t name = 0; name < names_[level].size(); ++name) {
      auto& group = level == 0 ? json[std::string(level_names[0])]
                               : json[std::string(level_names[level])][names_[level][name]];
      for (Eigen::Index term = 0; term < width_of(parameter); ++term) {
        const auto at = begin_[i] + static_cast<Eigen::Index>(name) * width_of(parameter) + term;
        group[key_of(parameter, term)] = {rounded(values[at]), rounded(mean_[at]), rounded(sd_[at])};
      }
    }
  }
  return json;
}

Result<std::pair<ParameterSpace, Eigen::VectorXd>> ParameterSpace::from_json(
    const nlohmann::ordered_json& json) {
  if (!json.is_object()) return fail(ErrorKind::malformed, "parameters", "is not a JSON object");
  std::array<std::vector<std::string>, level_count> names;
  for (std::size_t level = 1; level < level_count; ++level)
    if (const auto group = json.find(std::string(level_names[level]));
        group != json.end() && group->is_object())
      for (const auto& [name, values] : group->items()) names[level].push_back(name);
  ParameterSpace space(std::move(names));
  Eigen::VectorXd values(space.size());
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto parameter = static_cast<Parameter>(i);
    const auto level = static_cast<std::size_t>(infos[i].level);
    for (std::size_t name = 0; name < space.names_[level].size(); ++name) {
      const auto group = json.find(std::string(level_names[level]));
      const nlohmann::ordered_json none;
      const auto& owner = group == json.end() ? none
                          : level == 0        ? *group
                                              : group->at(space.names_[level][name]);
      JsonReader reader(owner, std::string(level_names[level]) + " " + space.names_[level][name]);
      for (Eigen::Index term = 0; term < width_of(parameter); ++term) {
        const auto triple = reader.numbers(key_of(parameter, term));
        if (reader.error()) return propagate(*reader.error());
        if (triple.size() != 3 || !(triple[2] > 0))
          return fail(ErrorKind::malformed, key_of(parameter, term),
                      "must be [value, prior mean, prior sd > 0]");
        const auto at = space.begin_[i] + static_cast<Eigen::Index>(name) * width_of(parameter) + term;
        values[at] = triple[0];
        space.set_prior(at, triple[1], triple[2]);
      }
    }
  }
  return std::pair{std::move(space), std::move(values)};
}

}  // namespace joulecast::estimate
