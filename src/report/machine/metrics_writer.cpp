#include "report/machine/metrics_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.hpp"
#include "base/text.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t longest_label = 200;  ///< bytes

std::string_view name_of(MetricType type, MetricsFormat format) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::info:  // Prometheus's own format has no such type
      return format == MetricsFormat::openmetrics ? "info" : "gauge";
  }
  return "unknown";
}

std::string_view suffix_of(MetricType type) {
  if (type == MetricType::counter) return "_total";
  return type == MetricType::info ? "_info" : "";
}

/// Cuts at a boundary between characters.
std::string_view shortened(std::string_view text) {
  if (text.size() <= longest_label) return text;
  auto end = longest_label;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return escaped;
}

/// The weight of a media range's q parameter; 1 where there is none, 0 where it is not a number.
double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const auto parameter = trim(parameters.substr(0, end));
    if (parameter.starts_with("q=") || parameter.starts_with("Q="))
      return std::clamp(parse_double(parameter.substr(2)).value_or(0), 0.0, 1.0);
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return 1;
}

}  // namespace

MetricsFormat metrics_format_for(std::string_view accept) {
  double openmetrics = 0, plain = 0;
  for (const auto part : split(accept, ',')) {
    const auto semicolon = std::min(part.find(';'), part.size());
    const auto type = to_lower(trim(part.substr(0, semicolon)));
    const auto weight = weight_of(part.substr(std::min(semicolon + 1, part.size())));
    if (type == "application/openmetrics-text") openmetrics = std::max(openmetrics, weight);
    if (type == "text/plain" || type == "text/*" || type == "*/*") plain = std::max(plain, weight);
  }
  return openmetrics > plain ? MetricsFormat::openmetrics : MetricsFormat::prometheus;
}

std::string_view content_type_of(MetricsFormat format) {
  return format == MetricsFormat::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                              : "text/plain; version=0.0.4; charset=utf-8";
}

std::string escape_label(std::string_view value) {
  return escape(shortened(printable(shortened(value))));
}

void MetricsWriter::family(std::string_view name, MetricType type, std::string_view unit,
                           std::string_view help) {
  name_ = name;
  type_ = type;
  unit_ = unit;
  help_ = help;
  has_head_ = false;
}

void MetricsWriter::head() {
  if (has_head_) return;
  has_head_ = true;
  const bool open = format_ == MetricsFormat::openmetrics;
  const auto name = open ? name_ : name_ + std::string(suffix_of(type_));
  // Prometheus's own format keeps quotes as they are.
  text_ += fmt::format("# HELP {} {}\n", name, open ? escape(help_) : help_);
  text_ += fmt::format("# TYPE {} {}\n", name, name_of(type_, format_));
  if (open && !unit_.empty()) text_ += fmt::format("# UNIT {} {}\n", name, unit_);
}

void MetricsWriter::line(std::string_view suffix, Labels labels, double value) {
  head();
  text_ += name_;
  text_ += suffix;
  char separator = '{';
  for (const auto& [label, content] : labels) {
    text_ += fmt::format("{}{}=\"{}\"", separator, label, escape_label(content));
    separator = ',';
  }
  if (separator == ',') text_ += '}';
  text_ += fmt::format(" {}\n", value);
}

void MetricsWriter::sample(Labels labels, double value) {
  if (std::isfinite(value)) line(suffix_of(type_), labels, value);
}

void MetricsWriter::count(Labels labels, double value, WallTime created) {
  if (!std::isfinite(value)) return;
  line("_total", labels, value);
  if (format_ == MetricsFormat::openmetrics)
    line("_created", labels, static_cast<double>(created.ns / 1'000'000) / 1000);
}

std::string MetricsWriter::finish() {
  if (format_ == MetricsFormat::openmetrics) text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace joulecast::report
