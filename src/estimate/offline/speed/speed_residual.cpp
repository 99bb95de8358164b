#include "estimate/offline/speed/speed_residual.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "estimate/offline/model_json.hpp"
#include "estimate/offline/speed/row_noise.hpp"

namespace joulecast::estimate {
namespace {

enum WorkFeature { intensity, weight_share, launch_share, exchange_share, gpus, step_seconds, size, tokens };

/// Standard deviations of the residual's parts. Chosen by leaving out families, boards and models of the
/// shared tables, none by single rows.
constexpr double of_network = 0.15, of_network_load = 0.12, of_name = 0.3, of_name_and_work = 0.25,
                 of_work = 0.12, of_load = 0.15, of_board = 0.08, of_network_on_board = 0.1, of_setup = 0.1,
                 of_tokens = 0.1;
/// Networks whose steps go to like kinds of work are alike, whatever their names.
constexpr double of_composition = 0.2, composition_scale = 0.12, composition_size_scale = 1;
constexpr double other_format = 0.5;  ///< correlation between memory formats
constexpr double noise = 0.08;
constexpr double other_precision = 0.5;  ///< correlation between precisions
/// Channels last has a part of its own: there, unlike else, grouped and odd convolutions are slow.
constexpr double of_network_nhwc = 0.1, of_name_nhwc = 0.3, of_name_and_work_nhwc = 0.25, of_work_nhwc = 0.15;

/// exp(-d^2 / 2) over some of the features, each with its own scale.
double near(const SpeedFeatures& a, const SpeedFeatures& b,
            std::initializer_list<std::pair<WorkFeature, double>> scales) {
  double squares = 0;
  for (const auto& [feature, scale] : scales) {
    const double d = (a.work[feature] - b.work[feature]) / scale;
    squares += d * d;
  }
  return std::exp(-squares / 2);
}

double near_setup(const SpeedFeatures& a, const SpeedFeatures& b) {
  constexpr std::array<double, SpeedFeatures::setup_count> scales{1, 1.5, 2, 3, 1, 0.33, 1, 2};
  double squares = 0;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const double d = (a.setup[i] - b.setup[i]) / scales[i];
    squares += d * d;
  }
  return std::exp(-squares / 2);
}

constexpr double square(double x) {
  return x * x;
}

double near_composition(const SpeedFeatures& a, const SpeedFeatures& b) {
  double squares = square((a.work[size] - b.work[size]) / composition_size_scale);
  for (std::size_t i = 0; i < SpeedFeatures::composition_count; ++i)
    squares += square((a.composition[i] - b.composition[i]) / composition_scale);
  return std::exp(-squares / 2) * (a.nhwc == b.nhwc ? 1 : other_format);
}

/// Indices of the rows to learn from: in rounds, one of each network, board and precision.
std::vector<std::size_t> chosen_rows(const std::vector<SpeedFeatures>& rows) {
  std::map<std::string, std::size_t> taken;
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    const auto key = row.network + "\n" + row.board + "\n" + row.precision + (row.nhwc ? "\nnhwc" : "");
    order.emplace_back(taken[key]++, i);
  }
  // a fixed shuffle of equals: tables list alike networks side by side
  std::ranges::stable_sort(order, {}, [](const auto& entry) {
    constexpr std::uint64_t mix = 0x9E3779B97F4A7C15U;
    return std::pair(entry.first, (entry.second + 1) * mix >> 20U);
  });
  order.resize(std::min(order.size(), SpeedResidual::most_rows));
  std::vector<std::size_t> result;
  result.reserve(order.size());
  for (const auto& [round, row] : order) result.push_back(row);
  return result;
}

/// Shares of the kinds of products, of what products write and of what other kernels write in the time of a
/// step, at usual efficiencies.
std::array<double, SpeedFeatures::composition_count> composition_of(const Sample& sample) {
  constexpr std::array<double, product_kinds> time_over_peak{2, 2, 4, 40, 2, 3};
  constexpr double bytes_of_product = 14, bytes_of_other = 10;  // forward; a mean over precisions
  const auto& work = sample.step->work;
  const double peak = sustained_tflops(sample.gpu, sample.training.precision) * 1e12,
               bandwidth = sample.gpu.bandwidth_gb_s * 1e9;
  std::array<double, SpeedFeatures::composition_count> parts{};
  for (std::size_t k = 0; k < product_kinds; ++k)
    parts[k] = 2e9 * work.gmacs_of[k] * time_over_peak[k] / peak;
  parts[product_kinds] = 1e6 * work.activations_m * bytes_of_product / bandwidth;
  parts[product_kinds + 1] = 1e6 * work.other_m * bytes_of_other / bandwidth;
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  if (sum > 0)
    for (double& part : parts) part /= sum;
  return parts;
}

}  // namespace

SpeedFeatures speed_features(const Sample& sample, const StepTime& time) {
  const auto terms = step_terms(sample);
  const auto term = [&](StepTerm which) {
    return std::max(terms.seconds[static_cast<std::size_t>(which)], 1e-15);
  };
  const auto share = [&](StepTerm which) { return time.shares[static_cast<std::size_t>(which)]; };
  const auto& [setup, work, name, counts_tokens] = *sample.step;
  SpeedFeatures features;
  const double micro = micro_batch_of(sample);
  features.work[intensity] = std::log(std::max(product_seconds(terms), 1e-15) / term(StepTerm::activations));
  features.work[weight_share] = std::log(std::max(work.params_m, 1e-6) / std::max(work.activations_m, 1e-6));
  features.work[launch_share] = share(StepTerm::launches);
  features.work[exchange_share] = share(StepTerm::node_exchange) + share(StepTerm::net_exchange);
  features.work[gpus] = std::log(sample.gpu_count());
  features.work[step_seconds] = time.log_seconds + std::log(micro);
  features.work[size] = std::log(micro * std::max(work.activations_m, 1e-6));
  features.work[tokens] = std::log(work.tokens);
  const double micro_batches = std::max(1.0, samples_of_gpu(sample) / micro);
  features.setup = {std::log(setup.tensor_parallel), std::log(setup.pipeline_parallel),
                    std::log(setup.expert_parallel), std::log(micro_batches),
                    setup.checkpointing ? 1.0 : 0.0, setup.offload ? 1.0 : 0.0,
                    setup.compiled ? 1.0 : 0.0,      setup.full_shard ? 1.0 : 0.0};
  features.composed = work.composed;
  if (work.composed) features.composition = composition_of(sample);
  features.transformer = work.transformer;
  features.nhwc = setup.memory_format == "nhwc";
  features.name = name;
  features.network = normalised_architecture(name);
  features.board = sample.gpu.name;
  features.precision = sample.training.precision;
  features.triples = triples_of(name);
  return features;
}

double covariance(const SpeedFeatures& a, const SpeedFeatures& b) {
  if (a.transformer != b.transformer) return 0;
  const bool network = a.network == b.network, board = a.board == b.board;
  const double precision = a.precision == b.precision ? 1 : other_precision;
  const double setup = near_setup(a, b);
  const double load = near(a, b,
                           {{intensity, 1},
                            {weight_share, 1.5},
                            {launch_share, 0.5},
                            {exchange_share, 0.5},
                            {gpus, 1.5},
                            {step_seconds, 2},
                            {size, 2}});
  const double work = near(a, b, {{intensity, 0.7}, {weight_share, 1}, {size, 1.5}});
  double sum = 0;
  if (a.composed && b.composed) sum += square(of_composition) * near_composition(a, b) * precision;
  sum += square(of_work) * work + square(of_load) * load * precision * setup;
  if (board) sum += square(of_board) * precision;
  if (network) {
    const double own_load =
        near(a, b, {{launch_share, 0.3}, {exchange_share, 0.3}, {gpus, 1}, {step_seconds, 1.5}});
    sum += square(of_network) + square(of_network_load) * own_load * precision * setup;
    if (board) sum += square(of_network_on_board);
  }
  if (a.transformer) {
    const double sequence = near(a, b, {{intensity, 1}, {gpus, 1.5}, {step_seconds, 2}, {tokens, 1}});
    return sum + square(of_setup) * setup + square(of_tokens) * sequence * setup * precision;
  }
  const double name = similarity(a.triples, b.triples);
  sum += name * (square(of_name) + square(of_name_and_work) * work);
  if (!a.nhwc || !b.nhwc) return sum;
  const double close = near(a, b, {{intensity, 0.4}, {weight_share, 1}, {size, 1.5}});
  return sum + (network ? square(of_network_nhwc) : 0) + square(of_work_nhwc) * close +
         name * (square(of_name_nhwc) + square(of_name_and_work_nhwc) * close);
}

SpeedResidual SpeedResidual::fit(std::vector<SpeedFeatures> rows, std::vector<double> residuals) {
  const auto chosen = chosen_rows(rows);
  const auto n = static_cast<Eigen::Index>(chosen.size());
  SpeedResidual result;
  Eigen::VectorXd values(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    values(i) = residuals[chosen[static_cast<std::size_t>(i)]];
    result.rows_.push_back(std::move(rows[chosen[static_cast<std::size_t>(i)]]));
  }
  Eigen::MatrixXd matrix(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j <= i; ++j)
      matrix(i, j) =
          covariance(result.rows_[static_cast<std::size_t>(i)], result.rows_[static_cast<std::size_t>(j)]);
  matrix.diagonal() += noise_variances(matrix, values, noise);
  result.weights_ = matrix.selfadjointView<Eigen::Lower>().llt().solve(values);
  return result;
}

SpeedResidual::Value SpeedResidual::predict(const SpeedFeatures& features) const {
  const double own = covariance(features, features);
  Value value{0, own + square(noise)};
  double explained = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double shared = covariance(features, rows_[i]);
    value.mean += shared * weights_(static_cast<Eigen::Index>(i));
    explained = std::max(explained, shared * shared / (own + square(noise)));
  }
  value.variance -= explained;
  return value;
}

nlohmann::ordered_json SpeedResidual::to_json() const {
  auto json = nlohmann::ordered_json::array();
  const auto short_number = [](double value) { return std::round(value * 1e4) / 1e4; };
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    std::vector<double> numbers{row.transformer ? 1.0 : 0, row.nhwc ? 1.0 : 0};
    std::ranges::transform(row.work, std::back_inserter(numbers), short_number);
    std::ranges::transform(row.setup, std::back_inserter(numbers), short_number);
    if (row.composed) std::ranges::transform(row.composition, std::back_inserter(numbers), short_number);
    numbers.push_back(weights_(static_cast<Eigen::Index>(i)));
    json.push_back({row.name, row.board, row.precision, text_of(numbers)});
  }
  return json;
}

Result<SpeedResidual> SpeedResidual::from_json(const nlohmann::ordered_json& json) {
  constexpr std::size_t texts = 4, flags = 2;
  constexpr std::size_t count = flags + SpeedFeatures::work_count + SpeedFeatures::setup_count + 1;
  if (!json.is_array()) return fail(ErrorKind::malformed, "speed", "'residuals' has no list of rows");
  SpeedResidual result;
  result.weights_.resize(static_cast<Eigen::Index>(json.size()));
  for (const auto& item : json) {
    const bool whole = item.is_array() && item.size() == texts &&
                       std::ranges::all_of(item, [](const auto& cell) { return cell.is_string(); });
    std::optional<std::vector<double>> numbers;
    if (whole) {
      const auto& text = item[texts - 1].get_ref<const std::string&>();
      numbers = numbers_in(text, count);
      if (!numbers) numbers = numbers_in(text, count + SpeedFeatures::composition_count);
    }
    if (!numbers)
      return fail(ErrorKind::malformed, "speed",
                  "a row of the residuals is not {} texts, the last of {} or {} numbers", texts, count,
                  count + SpeedFeatures::composition_count);
    SpeedFeatures row;
    row.name = item[0].get<std::string>();
    row.board = item[1].get<std::string>();
    row.precision = item[2].get<std::string>();
    auto at = numbers->begin();
    row.transformer = *at++ != 0;
    row.nhwc = *at++ != 0;
    for (double& value : row.work) value = *at++;
    for (double& value : row.setup) value = *at++;
    row.composed = numbers->size() > count;
    if (row.composed)
      for (double& value : row.composition) value = *at++;
    row.network = normalised_architecture(row.name);
    row.triples = triples_of(row.name);
    result.weights_(static_cast<Eigen::Index>(result.rows_.size())) = *at;
    result.rows_.push_back(std::move(row));
  }
  return result;
}

}  // namespace joulecast::estimate
