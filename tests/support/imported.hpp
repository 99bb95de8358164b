// Imports a text in memory and looks into the result.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "formats/importer.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::testing {

struct Imported {
  formats::ImportReport report;
  std::vector<trace::Run> runs;

  [[nodiscard]] const trace::Run& run() const { return runs.at(0); }
  [[nodiscard]] double joules(std::size_t run = 0) const {
    return trace::energy_of(runs.at(run)).total.value_or(Joules{-1}).value();
  }
  [[nodiscard]] const trace::Trace& operator[](std::string_view channel) const {
    for (const auto& trace : run().traces)
      if (trace.channel.name == channel) return trace;
    ADD_FAILURE() << "no channel " << channel;
    static const trace::Trace none;
    return none;
  }
  [[nodiscard]] bool has(std::string_view channel) const {
    for (const auto& trace : run().traces)
      if (trace.channel.name == channel) return true;
    return false;
  }
};

inline Imported import_text(const std::string& name, const std::string& text,
                            const formats::ImportOptions& options = {}) {
  trace::RunCollector collector;
  auto report = formats::import_lines(formats::LineReader(name, text), options, collector);
  EXPECT_TRUE(report) << to_string(report.error());
  if (!report) return {};
  for (const auto& run : collector.runs())
    for (const auto& trace : run.traces) EXPECT_TRUE(trace::check(trace)) << trace.channel.name;
  return {std::move(*report), std::move(collector.runs())};
}

inline Error import_error(const std::string& name, const std::string& text,
                          const formats::ImportOptions& options = {}) {
  trace::RunCollector collector;
  const auto report = formats::import_lines(formats::LineReader(name, text), options, collector);
  EXPECT_FALSE(report);
  return report ? Error{} : report.error();
}

inline trace::Span span(double begin, double end) {
  return {Seconds{begin}, Seconds{end}};
}

}  // namespace joulecast::testing
