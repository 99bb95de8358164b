#include "report/machine/metrics_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace joulecast::report {
namespace {

constexpr WallTime moment{1'700'000'000'250'000'000};

std::string both_counters(MetricsFormat format) {
  MetricsWriter writer(format);
  writer.family("joulecast_energy_joules", MetricType::counter, "joules", "Energy of a \"device\".");
  writer.count({{"component", "gpu"}, {"device", "GPU-1"}}, 1.5, moment);
  writer.count({{"component", "cpu"}, {"device", ""}}, 2e22, moment);
  return writer.finish();
}

TEST(MetricsWriter, OpenMetrics) {
  EXPECT_EQ(both_counters(MetricsFormat::openmetrics),
            "# HELP joulecast_energy_joules Energy of a \\\"device\\\".\n"
            "# TYPE joulecast_energy_joules counter\n"
            "# UNIT joulecast_energy_joules joules\n"
            "joulecast_energy_joules_total{component=\"gpu\",device=\"GPU-1\"} 1.5\n"
            "joulecast_energy_joules_created{component=\"gpu\",device=\"GPU-1\"} 1700000000.25\n"
            "joulecast_energy_joules_total{component=\"cpu\",device=\"\"} 2e+22\n"
            "joulecast_energy_joules_created{component=\"cpu\",device=\"\"} 1700000000.25\n"
            "# EOF\n");
}

TEST(MetricsWriter, PrometheusText) {
  EXPECT_EQ(both_counters(MetricsFormat::prometheus),
            "# HELP joulecast_energy_joules_total Energy of a \"device\".\n"
            "# TYPE joulecast_energy_joules_total counter\n"
            "joulecast_energy_joules_total{component=\"gpu\",device=\"GPU-1\"} 1.5\n"
            "joulecast_energy_joules_total{component=\"cpu\",device=\"\"} 2e+22\n");
}

TEST(MetricsWriter, WhatIsNotKnownHasNoSample) {
  MetricsWriter writer(MetricsFormat::openmetrics);
  writer.family("joulecast_power_watts", MetricType::gauge, "watts", "Power.");
  writer.sample({}, std::optional<double>());
  writer.sample({}, std::numeric_limits<double>::quiet_NaN());
  writer.count({}, std::numeric_limits<double>::infinity(), moment);
  EXPECT_EQ(writer.finish(), "# EOF\n");
}

TEST(MetricsWriter, AnInfoIsAGaugeToPrometheus) {
  MetricsWriter writer(MetricsFormat::prometheus);
  writer.family("joulecast_meter", MetricType::info, "", "Which meter.");
  writer.info({{"sensor", "nvml"}});
  EXPECT_EQ(writer.finish(),
            "# HELP joulecast_meter_info Which meter.\n# TYPE joulecast_meter_info gauge\n"
            "joulecast_meter_info{sensor=\"nvml\"} 1\n");
}

TEST(Labels, CannotLeaveTheirQuotes) {
  EXPECT_EQ(escape_label("a\"} 1\nevil 2"), "a\\\"} 1 evil 2");
  EXPECT_EQ(escape_label("back\\slash\\"), "back\\\\slash\\\\");
  EXPECT_EQ(escape_label("\x1b[31mred\x7f\r\t"), " [31mred   ");
  EXPECT_EQ(escape_label("\xff-grüße"), "\xef\xbf\xbd-grüße");
}

TEST(Labels, AreCutBetweenCharacters) {
  std::string long_text;
  for (int i = 0; i < 199; ++i) long_text += 'a';
  EXPECT_EQ(escape_label(long_text + "ü"), long_text);
  EXPECT_LE(escape_label(std::string(100'000, '\xff')).size(), 200u);
}

TEST(Accept, ChoosesTheFormat) {
  using enum MetricsFormat;
  // What Prometheus 2.42 sends, and what browsers, curl and an old Prometheus send.
  EXPECT_EQ(metrics_format_for(
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
                "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            openmetrics);
  EXPECT_EQ(metrics_format_for("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            prometheus);
  EXPECT_EQ(metrics_format_for("*/*"), prometheus);
  EXPECT_EQ(metrics_format_for(""), prometheus);
  EXPECT_EQ(metrics_format_for("text/plain;version=0.0.4;q=1,*/*;q=0.1"), prometheus);
  EXPECT_EQ(metrics_format_for("application/openmetrics-text"), openmetrics);
  EXPECT_EQ(metrics_format_for("Application/OpenMetrics-Text ; charset=utf-8 ; q=0.9 , text/plain ; q=0.8"),
            openmetrics);
  EXPECT_EQ(metrics_format_for("application/openmetrics-text;q=0"), prometheus);
  EXPECT_EQ(metrics_format_for("application/openmetrics-text;q=x, text/plain;q=0.1"), prometheus);
  EXPECT_EQ(metrics_format_for(";;;,,,=q;q="), prometheus);
}

}  // namespace
}  // namespace joulecast::report
