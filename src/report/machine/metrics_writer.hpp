// Writes metrics in the text formats that Prometheus reads: OpenMetrics 1.0
// (https://github.com/OpenObservability/OpenMetrics, "Text format") and Prometheus's own, 0.0.4.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"

namespace joulecast::report {

enum class MetricsFormat { prometheus, openmetrics };

/// The format that an HTTP client asks for in its Accept header. Prometheus's where it accepts both equally,
/// anything, or says nothing: every reader knows it.
[[nodiscard]] MetricsFormat metrics_format_for(std::string_view accept);
[[nodiscard]] std::string_view content_type_of(MetricsFormat format);

enum class MetricType { counter, gauge, info };

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class MetricsWriter {
 public:
  explicit MetricsWriter(MetricsFormat format) : format_(format) {}

  /// Begins a family of samples. The name has neither _total nor _info, and ends in the unit, if there is
  /// one.
  void family(std::string_view name, MetricType type, std::string_view unit, std::string_view help);
  /// A sample of the family that was begun last. Each set of labels may come once. NaN stays out.
  void sample(Labels labels, double value);
  void sample(Labels labels, const std::optional<double>& value) {
    if (value) sample(labels, *value);
  }
  /// A counter, with the moment at which it began at 0.
  void count(Labels labels, double value, WallTime created);
  /// An info: its labels are all it says.
  void info(Labels labels) { sample(labels, 1); }

  /// The text. Nothing can be added afterwards.
  [[nodiscard]] std::string finish();

 private:
  void head();
  void line(std::string_view suffix, Labels labels, double value);

  MetricsFormat format_;
  std::string text_;
  std::string name_, unit_, help_;
  MetricType type_ = MetricType::gauge;
  bool has_head_ = false;  ///< a family without samples is not written
};

/// A label's value or a help text between quotes: \\, \" and \n for what would end it. What is no UTF-8 or a
/// control character is replaced (base/printable.hpp), and long values are cut.
[[nodiscard]] std::string escape_label(std::string_view value);

}  // namespace joulecast::report
