#include "report/runs/segments_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

std::string status_cell(const trace::Segment& segment) {
  std::string text(name_of(segment.status));
  if (segment.exit_status && *segment.exit_status != 0)
    text += fmt::format(", exit status {}", *segment.exit_status);
  return text;
}

}  // namespace

std::string segments_text(const session::RunSummary& summary) {
  const auto& segments = summary.run.info.segments;
  if (segments.empty()) return "";
  TextTable table({Align::right, Align::left, Align::left, Align::left, Align::left, Align::right,
                   Align::right, Align::right});
  table.add({"", "id", "status", "started (UTC)", "host", "duration", "energy", "done twice"});
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& segment = segments[i];
    const auto& cost = summary.segments[i];
    table.add({std::to_string(i + 1), segment.id, status_cell(segment),
               segment.started ? to_iso8601(*segment.started) : "", shorten(segment.hostname, 24),
               to_text(segment.span.length()), cost.energy ? to_text(*cost.energy) : "unknown",
               cost.redone ? to_text(*cost.redone) : ""});
  }
  auto text =
      fmt::format("\nSegments   {} in {} of training", segments.size(), to_text(summary.run.span.length()));
  if (const auto whole = trace::wall_clock_of(segments))
    text += fmt::format(", {} by the clock", to_text(*whole));
  text += "\n" + table.text();
  if (summary.redone)
    text += fmt::format("  {}, {} were spent on work done twice\n", to_text(*summary.redone),
                        to_text(to_kilowatt_hours(*summary.redone)));
  return text;
}

nlohmann::ordered_json segments_json(const session::RunSummary& summary) {
  const auto& segments = summary.run.info.segments;
  auto list = Json::array();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& segment = segments[i];
    list.push_back({{"id", segment.id},
                    {"status", std::string(name_of(segment.status))},
                    {"exit_status", or_null(segment.exit_status)},
                    {"started", segment.started ? Json(to_iso8601(*segment.started)) : Json(nullptr)},
                    {"start_s", segment.span.begin.value()},
                    {"end_s", segment.span.end.value()},
                    {"host", or_null(segment.hostname)},
                    {"gpus", segment.gpus},
                    {"energy_j", or_null(summary.segments[i].energy)},
                    {"redone_j", or_null(summary.segments[i].redone)}});
  }
  return {{"segments", std::move(list)},
          {"wall_clock_s", or_null(trace::wall_clock_of(segments))},
          {"redone_j", or_null(summary.redone)}};
}

}  // namespace joulecast::report
