#include "session/evaluate/offline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "formats/workload_table.hpp"

namespace joulecast::session {
namespace {

/// Reads tables as samples. Rows of unknown GPUs are left out.
class SampleReader {
 public:
  SampleReader(const OfflineEvaluationRequest& request, estimate::RowsLeftOut& left_out)
      : request_(request), left_out_(left_out) {}

  /// Must succeed before read() is called.
  Status open() {
    auto tables = request_.tables;
    tables.insert(tables.end(), request_.test.begin(), request_.test.end());
    auto context = estimate::sample_context(tables, request_.graphs);
    if (!context) return propagate(context.error());
    context_ = std::move(*context);
    catalogue_ = *context_.catalogue;
    for (const auto& file : request_.gpu_files) {
      auto own = hardware::read_gpu_file(file);
      if (!own) return propagate(own.error());
      for (auto& device : *own) catalogue_.add(std::move(device));
    }
    context_.catalogue = &catalogue_;
    return {};
  }

  Result<std::vector<estimate::Sample>> read(const std::vector<std::filesystem::path>& files) const {
    std::vector<estimate::Sample> all;
    for (const auto& file : files) {
      auto table = formats::read_workload_table(file);
      if (!table) return propagate(table.error());
      auto samples = estimate::samples_of(*table, context_, &left_out_);
      if (!samples) return samples;
      std::ranges::move(*samples, std::back_inserter(all));
    }
    if (all.empty() && left_out_.first) return propagate(*left_out_.first);
    return all;
  }

 private:
  const OfflineEvaluationRequest& request_;
  estimate::RowsLeftOut& left_out_;
  hardware::Catalogue catalogue_;
  estimate::SampleContext context_;
};

Result<estimate::Split> split_of(const OfflineEvaluationRequest& request) {
  if (request.shots < 0 || request.shots > 1000)
    return fail_field("shots", "must be 0 to 1000, not {}", request.shots);
  auto split = estimate::split_from(request.split);
  if (split && request.shots > 0 && *split != estimate::Split::gpu)
    return fail_field("shots", "goes with --split gpu");
  return split;
}

Result<estimate::OfflineEvaluation> evaluation_of(const OfflineEvaluationRequest& request,
                                                  estimate::RowsLeftOut& left_out) {
  const auto split = split_of(request);
  if (!split) return propagate(split.error());
  SampleReader reader(request, left_out);
  if (auto ok = reader.open(); !ok) return propagate(ok.error());
  const auto samples = reader.read(request.tables);
  if (!samples) return propagate(samples.error());
  estimate::OfflineEvaluationOptions options;
  options.methods = request.methods;
  options.fit.regression = request.regression;
  options.split.shots = request.shots;
  options.split.seed = options.fit.seed = request.seed;
  if (request.test.empty()) return estimate::evaluate_offline(*samples, *split, options);
  const auto test = reader.read(request.test);
  if (!test) return propagate(test.error());
  return estimate::evaluate_offline(*samples, *test, options);
}

}  // namespace

std::string left_out_text(const estimate::RowsLeftOut& left_out) {
  if (!left_out.first) return {};
  return fmt::format("{} row{} left out, the first at {}", left_out.rows, left_out.rows == 1 ? "" : "s",
                     to_string(*left_out.first));
}

Result<OfflineEvaluationResult> evaluate_offline(const OfflineEvaluationRequest& request) {
  estimate::RowsLeftOut left_out;
  auto evaluation = evaluation_of(request, left_out);
  if (evaluation) return OfflineEvaluationResult{std::move(*evaluation), std::move(left_out)};
  auto error = evaluation.error();
  if (left_out.first && error.where != left_out.first->where) error.message += "; " + left_out_text(left_out);
  return propagate(std::move(error));
}

}  // namespace joulecast::session
