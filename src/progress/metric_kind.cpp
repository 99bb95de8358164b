#include "progress/metric_kind.hpp"

#include <algorithm>
#include <string>

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

template <class Test>
bool any_name(const std::vector<MetricText>& metrics, Test test) {
  return std::ranges::any_of(metrics, [&](const auto& metric) { return test(metric.name); });
}

bool is_of_validation(const std::string& name) {
  static const Pattern set(R"((?i)^(?:val|eval|dev)[a-z]*(?:$|[_/. -]))");
  return set.matches(name);
}

bool is_of_test(const std::string& name) {
  static const Pattern set(R"((?i)^test(?:ing)?(?:$|[_/. -]))");
  return set.matches(name);
}

bool is_the_best(const std::string& name) {
  return name.starts_with("best");
}

}  // namespace

bool tell_a_validation(const std::vector<MetricText>& metrics) {
  return are_of_a_validation(metrics) || are_of_a_test(metrics);
}

bool are_of_a_validation(const std::vector<MetricText>& metrics) {
  return any_name(metrics, is_of_validation);
}

bool are_of_a_test(const std::vector<MetricText>& metrics) {
  return any_name(metrics, is_of_test);
}

bool are_of_the_training(const std::vector<MetricText>& metrics) {
  return any_name(metrics, [](const auto& name) {
    return !is_of_validation(name) && !is_of_test(name) && !is_the_best(name);
  });
}

bool tell_of_now(const std::vector<MetricText>& metrics) {
  return any_name(metrics, [](const auto& name) { return !is_the_best(name); });
}

bool tell_a_result(const std::vector<MetricText>& metrics) {
  static const Pattern result(
      R"((?i)(?:^|[^a-z])(?:\w*loss|acc\w*|error|err|f1|auc|m?ap|m?iou|dice|bleu|rouge\w*|wer|cer|ppl|perplexity|scores?|rewards?|returns?|mse|mae|rmse|nll|elbo|val\w*)(?:$|[^a-z]))");
  return any_name(metrics, [](const auto& name) { return result.matches(name) && !is_the_best(name); });
}

}  // namespace joulecast::progress
