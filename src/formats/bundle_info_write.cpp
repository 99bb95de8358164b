#include "formats/bundle_info.hpp"
#include "formats/support/json_writer.hpp"
#include "trace/fields.hpp"

namespace joulecast::formats {
namespace {

using trace::Run;

ordered_json column_json(const DescribedColumn& described) {
  Writer writer;
  writer("file", described.file);
  writer("column", described.column);
  const auto& channel = described.channel;
  visit_channel(channel, [&](const char* key, const auto& value, auto...) { writer(key, value); });
  const auto listed = [](const std::vector<trace::Span>& spans) {
    auto list = ordered_json::array();
    for (const auto& span : spans)
      list.push_back({Writer::number(span.begin.value()), Writer::number(span.end.value())});
    return list;
  };
  writer.put("gaps", listed(described.gaps));
  if (!described.absences.empty()) writer.put("absent", listed(described.absences));
  return writer.take();
}

void put_phases(const Run& run, Writer& writer) {
  auto phases = ordered_json::array();
  for (const auto& phase : run.phases) {
    Writer entry;
    visit_phase(phase, [&](const char* key, const auto& value) { entry(key, value); });
    phases.push_back(entry.take());
  }
  if (!phases.empty()) writer.put("phases", phases);
  auto windows = ordered_json::array();
  for (const auto& window : run.windows) {
    Writer entry;
    visit_window(window, [&](const char* key, const auto& value) { entry(key, value); });
    windows.push_back(entry.take());
  }
  if (!windows.empty()) writer.put("windows", windows);
  if (run.phases.size() < 2 || run.epochs.empty()) return;
  auto by_epoch = ordered_json::array();
  for (const auto& epoch : run.epochs) by_epoch.push_back(epoch.phase);
  writer.put("epoch_phases", by_epoch);
}

void put_segments(const Run& run, Writer& writer) {
  auto segments = ordered_json::array();
  for (const auto& segment : run.info.segments) {
    Writer entry;
    visit_segment(segment, [&](const char* key, const auto& value, auto...) { entry(key, value); });
    if (segment.started && segment.started->ns > 0)
      entry("started_unix_ns", static_cast<std::uint64_t>(segment.started->ns));
    segments.push_back(entry.take());
  }
  writer.put("segments", segments);
}

ordered_json ours(const Run& run, const std::vector<DescribedColumn>& columns) {
  Writer writer;
  Writer host;
  visit_host(run.host, [&](const char* key, const auto& value) { host(key, value); });
  writer.put("host", host.take());
  Writer job;
  visit_job(run.info.job, [&](const char* key, const auto& value) { job(key, value); });
  writer.put("job", job.take());
  Writer place;
  trace::visit_place(run.place, [&](const char* key, const auto& value) { place(key, value); });
  writer.put("place", place.take());
  writer("exit_status", run.exit_status);
  writer("command", run.command);
  writer("tags", run.tags);
  writer("notes", run.notes);
  writer("idle_baseline_w", run.idle_baseline);
  if (run.sampler_cpu.value() != 0) writer("sampler_cpu_s", run.sampler_cpu);
  if (run.started && run.started->ns > 0)
    writer("started_unix_ns", static_cast<std::uint64_t>(run.started->ns));
  auto sensors = ordered_json::array();
  for (const auto& sensor : run.sensors) {
    Writer entry;
    visit_sensor(sensor, [&](const char* key, const auto& value) { entry(key, value); });
    sensors.push_back(entry.take());
  }
  writer.put("sensors", sensors);
  auto metrics = ordered_json::array();
  for (const auto& point : run.metrics) {
    Writer entry;
    visit_metric(point, [&](const char* key, const auto& value) { entry(key, value); });
    metrics.push_back(entry.take());
  }
  writer.put("metrics", metrics);
  auto projections = ordered_json::array();
  for (const auto& projection : run.projections) {
    Writer entry;
    visit_projection(projection, [&](const char* key, const auto& value) { entry(key, value); });
    projections.push_back(entry.take());
  }
  writer.put("projections", projections);
  put_phases(run, writer);
  put_segments(run, writer);
  auto channels = ordered_json::array();
  for (const auto& column : columns) channels.push_back(column_json(column));
  writer.put("channels", channels);
  if (std::ranges::any_of(run.epochs, [](const auto& epoch) { return !epoch.metrics.empty(); })) {
    auto by_epoch = ordered_json::array();
    for (const auto& epoch : run.epochs) by_epoch.push_back(ordered_json(epoch.metrics));
    writer.put("epoch_metrics", by_epoch);
  }
  return writer.take();
}

}  // namespace

std::string bundle_info_text(const Run& run, const std::vector<DescribedColumn>& columns) {
  Writer writer;
  writer("id", run.info.id);
  writer("name", run.info.name);
  visit_info(run.info, [&](const char* key, const auto& value) { writer(key, value); });
  visit_training_extras(run.info.training, [&](const char* key, const auto& value) { writer(key, value); });
  if (!run.info.epoch_bounds_recorded) writer("epoch_bounds", std::string("not recorded"));
  writer("run_start_s", run.span.begin);
  writer("run_stop_s", run.span.end);
  writer("status", std::string(trace::name_of(run.status)));
  writer.put("joulecast", ours(run, columns));
  auto json = writer.take();
  const auto extra = ordered_json::parse(run.info.extra_json, nullptr, false);
  if (extra.is_object())
    for (const auto& [key, value] : extra.items()) json[key] = value;
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace joulecast::formats
