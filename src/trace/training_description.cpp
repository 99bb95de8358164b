#include "trace/training_description.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::trace {
namespace {

constexpr double most = 1e15;  ///< largest value of any count in a training
constexpr double most_whole = 1e9;

enum class Form { text, positive, zero_or_more, whole, elsewhere };

/// One of the three members holds the value; none if it is stored elsewhere.
struct Tag {
  std::string_view name;
  Form form;
  std::string TrainingDescription::*text = nullptr;
  std::optional<double> TrainingDescription::*number = nullptr;
  std::optional<int> TrainingDescription::*count = nullptr;
};

constexpr Tag text_tag(std::string_view name, std::string TrainingDescription::*member) {
  return {name, Form::text, member};
}
constexpr Tag number_tag(std::string_view name, std::optional<double> TrainingDescription::*member,
                         Form form = Form::positive) {
  return {name, form, nullptr, member};
}
constexpr Tag count_tag(std::string_view name, std::optional<int> TrainingDescription::*member) {
  return {name, Form::whole, nullptr, nullptr, member};
}

using Training = TrainingDescription;
constexpr std::array tags_known{
    text_tag("architecture", &Training::architecture),
    number_tag("batch_size", &Training::batch_size, Form::whole),
    text_tag("dataset", &Training::dataset),
    number_tag("train_samples", &Training::train_samples),
    text_tag("framework", &Training::framework),
    text_tag("optimizer", &Training::optimizer),
    text_tag("input_shape", &Training::input_shape),
    count_tag("gpu_count", &Training::gpu_count),
    number_tag("power_limit_w", &Training::gpu_power_limit_w),
    number_tag("epochs", &Training::epochs),
    text_tag("gpu", &Training::gpu),
    number_tag("params", &Training::params, Form::zero_or_more),
    number_tag("validation_samples", &Training::validation_samples, Form::zero_or_more),
    Tag{"source", Form::elsewhere},
    number_tag("gflops_forward_per_sample", &Training::gflops_forward_per_sample, Form::zero_or_more)};

bool possible(double value, Form form) {
  if (form == Form::whole) return value > 0 && value <= most_whole && value == std::floor(value);
  return value <= most && (value > 0 || (value == 0 && form == Form::zero_or_more));
}

/// Stores the value in the description if it is possible, and returns whether it is. An empty value means
/// unknown.
bool take(TrainingDescription& training, const Tag& tag, std::string_view said) {
  if (tag.text != nullptr) {
    training.*tag.text = said;
    return true;
  }
  const auto value = parse_double(said);
  if (!said.empty() && !(value && possible(*value, tag.form))) return false;
  if (tag.number != nullptr) training.*tag.number = value;
  if (tag.count != nullptr)
    training.*tag.count = value ? std::optional(static_cast<int>(*value)) : std::nullopt;
  return true;
}

std::optional<double> number_in(const TrainingDescription& training, const Tag& tag) {
  if (tag.number != nullptr) return training.*tag.number;
  if (tag.count != nullptr && training.*tag.count) return static_cast<double>(*(training.*tag.count));
  return std::nullopt;
}

}  // namespace

std::string input_shape_of(const TrainingDescription& training) {
  const auto& size = training.image_size;
  if (!training.input_shape.empty() || size.size() != 3) return training.input_shape;
  return fmt::format("{}x{}x{}", size[2], size[0], size[1]);
}

const std::vector<std::string_view>& description_tags() {
  static const auto names = [] {
    std::vector<std::string_view> result;
    for (const auto& tag : tags_known) result.push_back(tag.name);
    return result;
  }();
  return names;
}

bool says(const TrainingDescription& training, std::string_view name) {
  for (const auto& tag : tags_known)
    if (tag.name == name)
      return number_in(training, tag) || (tag.text != nullptr && !(training.*tag.text).empty());
  return false;
}

std::vector<std::string> apply_tags(TrainingDescription& training, const Tags& tags) {
  std::vector<std::string> impossible;
  for (const auto& tag : tags_known) {
    const auto given = tags.find(std::string(tag.name));
    if (given == tags.end() || tag.form == Form::elsewhere) continue;
    const auto said = trim(given->second);
    if (!take(training, tag, said)) impossible.push_back(fmt::format("{}={}", tag.name, said));
  }
  return impossible;
}

std::vector<std::string> impossible_values(const TrainingDescription& training) {
  std::vector<std::string> impossible;
  for (const auto& tag : tags_known)
    if (const auto value = number_in(training, tag); value && !possible(*value, tag.form))
      impossible.push_back(fmt::format("{}={}", tag.name, *value));
  return impossible;
}

}  // namespace joulecast::trace
