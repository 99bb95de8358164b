#include "estimate/offline/sample.hpp"

#include <cctype>
#include <cmath>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "estimate/offline/datasets.hpp"
#include "network/ec_nas.hpp"
#include "network/named.hpp"

namespace joulecast::estimate {
namespace {

using formats::WorkloadRow;

/// Turns names into networks; each name and shape is expanded only once.
class NetworkFinder {
 public:
  NetworkFinder(const formats::WorkloadTable& table, const SampleContext& context) : context_(context) {
    for (const auto& row : table.rows)
      if (row.training.gflops_forward_per_sample)
        recorded_gmacs_.emplace(recorded_key(row), *row.training.gflops_forward_per_sample);
  }

  /// Nothing if there is neither a graph nor a description.
  std::optional<NetworkWork> find(const WorkloadRow& row, const std::string& shape) {
    const auto& architecture = row.training.architecture;
    if (const auto graph = context_.graphs.find(architecture); graph != context_.graphs.end())
      return graph->second;
    const auto tokens = row.step.sequence_length.value_or(0);
    const auto key = row.source + "/" + architecture + "/" + shape + "/" + std::to_string(tokens);
    const auto known = found_.find(key);
    if (known != found_.end()) return known->second;
    return found_.emplace(key, build(row, shape)).first->second;
  }

 private:
  std::optional<NetworkWork> build(const WorkloadRow& row, const std::string& shape) {
    if (unknown_.contains(row.training.architecture)) return std::nullopt;
    if (row.step.sequence_length)
      if (auto work = named(row.training.architecture, {}, *row.step.sequence_length)) return work;
    const auto own = named(row.training.architecture, {});
    if (!own) unknown_.insert(row.training.architecture);
    if (shape.empty()) return own;
    const auto shaped = named(row.training.architecture, shape);
    if (!shaped || !own) return shaped ? shaped : own;
    // Tables give the dataset's shape, but some networks are trained at their own. The recorded work tells
    // which.
    const auto recorded = recorded_gmacs_.find(recorded_key(row));
    if (recorded == recorded_gmacs_.end() || recorded->second <= 0) return shaped;
    const auto distance = [&](const NetworkWork& work) {
      return std::abs(std::log(work.gmacs / recorded->second));
    };
    return distance(*own) < distance(*shaped) ? own : shaped;
  }

  static std::string recorded_key(const WorkloadRow& row) {
    return row.source + "/" + normalised_architecture(row.training.architecture);
  }

  static std::optional<NetworkWork> named(const std::string& architecture, const std::string& shape,
                                          double sequence = 0) {
    network::NamedOptions options;
    if (sequence > 0) options.sequence = static_cast<std::int64_t>(sequence);
    if (!shape.empty()) {
      auto parsed = network::parse_shape(shape);
      if (!parsed) return std::nullopt;
      options.input = *parsed;
    }
    auto built = network::build_named(architecture, options);
    if (!built) return std::nullopt;
    return work_of(*built);
  }

  const SampleContext& context_;
  std::map<std::string, double> recorded_gmacs_;
  std::map<std::string, std::optional<NetworkWork>> found_;
  std::set<std::string> unknown_;
};

void set_image_size(Sample& sample, const std::string& shape) {
  const auto parsed = network::parse_shape(shape);
  if (!parsed || parsed->size() != 3) return;
  sample.image_height = static_cast<double>((*parsed)[1]);
  sample.image_width = static_cast<double>((*parsed)[2]);
}

Sample sample_of(const WorkloadRow& row, hardware::Gpu gpu, NetworkFinder& networks) {
  Sample sample;
  sample.source = row.source;
  sample.configuration = row.config_id;
  sample.gpu = std::move(gpu);
  sample.training = row.training;
  auto& training = sample.training;
  sample.architecture_name = row.training.architecture;
  training.architecture = normalised_architecture(row.training.architecture);
  const auto* dataset = find_dataset(training.dataset);
  const auto shape = training.input_shape.empty() && dataset ? dataset->input_shape : training.input_shape;
  sample.work = networks.find(row, shape);
  if (sample.work && !training.params) training.params = sample.work->parameters;
  if (sample.work && !training.gflops_forward_per_sample)
    training.gflops_forward_per_sample = sample.work->gmacs;
  set_image_size(sample, shape);
  if (!training.train_samples && dataset) training.train_samples = dataset->train_samples;
  sample.measured = {row.mean_gpu_w, row.epoch_time_s, row.epoch_energy_j(), row.step_time_s};
  if (row.step_time_s) {
    const StepFacts facts{row.training.architecture, row.training.gflops_forward_per_sample,
                          row.training.params, !shape.empty()};
    sample.step = Step{row.step, step_work(facts, row.step, sample.work), row.training.architecture,
                       row.step_counts_tokens};
  }
  return sample;
}

}  // namespace

std::string without_version(const std::string& source) {
  const auto at = source.rfind("-v");
  const bool versioned = at != std::string::npos && at + 2 < source.size() &&
                         std::isdigit(static_cast<unsigned char>(source[at + 2])) != 0;
  return source.substr(0, versioned ? at : std::string::npos);
}

std::string normalised_architecture(std::string_view name) {
  std::string result;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string family_of(const Sample& sample) {
  const auto& name =
      sample.architecture_name.empty() ? sample.training.architecture : sample.architecture_name;
  return to_lower(std::string_view(name).substr(0, name.find_first_of("0123456789_.")));
}

Result<SampleContext> sample_context(const std::vector<std::filesystem::path>& tables,
                                     const std::filesystem::path& graphs) {
  SampleContext context;
  const auto& catalogue = hardware::catalogue();
  if (!catalogue) return propagate(catalogue.error());
  context.catalogue = &*catalogue;
  std::set<std::filesystem::path> files;
  if (!graphs.empty()) {
    files.insert(graphs);
  } else {
    std::error_code ignored;
    for (const auto& table : tables)
      if (const auto beside = table.parent_path() / "ec-nas-graphs.csv";
          std::filesystem::exists(beside, ignored))
        files.insert(beside);
  }
  for (const auto& file : files) {
    auto cells = network::read_ec_nas_cells(file);
    if (!cells) return propagate(cells.error());
    for (const auto& [hash, cell] : *cells) {
      auto built = network::build_ec_nas(cell, hash);
      if (!built) return propagate(built.error());
      context.graphs.emplace("cell-" + hash, work_of(*built));
    }
  }
  return context;
}

Result<std::vector<Sample>> samples_of(const formats::WorkloadTable& table, const SampleContext& context,
                                       RowsLeftOut* left_out) {
  NetworkFinder networks(table, context);
  std::map<std::string, Result<hardware::Gpu>> gpus;
  std::vector<Sample> samples;
  samples.reserve(table.rows.size());
  for (const auto& row : table.rows) {
    auto gpu = gpus.find(row.training.gpu);
    if (gpu == gpus.end())
      gpu = gpus.emplace(row.training.gpu, context.catalogue->find_gpu(row.training.gpu)).first;
    if (gpu->second) {
      samples.push_back(sample_of(row, *gpu->second, networks));
      continue;
    }
    auto failed = fail(ErrorKind::malformed, table.where + ":" + std::to_string(row.line), "{}",
                       gpu->second.error().message);
    if (!left_out) return failed;
    ++left_out->rows;
    if (!left_out->first) left_out->first = failed.value();
  }
  return samples;
}

}  // namespace joulecast::estimate
