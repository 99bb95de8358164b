#include "formats/bundle_info.hpp"

#include <limits>

#include "formats/support/json_fields.hpp"
#include "trace/fields.hpp"

namespace joulecast::formats {
namespace {

using trace::Run;

/// Each is looked for among all readings; trainings have fewer segments.
constexpr std::size_t most_absences = 1000;

DescribedColumn take_column(Fields& fields) {
  DescribedColumn described;
  fields.take("file", described.file);
  fields.take("column", described.column);
  auto& channel = described.channel;
  visit_channel(channel,
                [&](const char* key, auto& value, auto... from) { fields.take(key, value, from...); });
  const auto take = [&](const char* key, std::vector<trace::Span>& spans, std::size_t most) {
    for (const auto& span : fields.list(key))
      if (spans.size() < most && span.is_array() && span.size() == 2 && span[0].is_number() &&
          span[1].is_number())
        spans.push_back({Seconds{span[0].get<double>()}, Seconds{span[1].get<double>()}});
  };
  take("gaps", described.gaps, std::numeric_limits<std::size_t>::max());
  take("absent", described.absences, most_absences);
  return described;
}

/// Takes a status that joulecast writes, or a synonym that others use. Any other word stays among the unknown
/// keys.
void take_status(Fields& fields, Run& run) {
  std::string status;
  fields.take("status", status);
  if (const auto known = trace::run_status_from(status))
    run.status = *known;
  else if (status == "aborted" || status == "error")
    run.status = trace::RunStatus::failed;
  else if (!status.empty() && status != "success")
    fields.put_back("status", status);
}

void take_segments(Fields& fields, Run& run) {
  for (const auto& value : fields.list("segments")) {
    auto entry = fields.entry(value, "segments");
    auto& segment = run.info.segments.emplace_back();
    visit_segment(segment,
                  [&](const char* key, auto& field, auto... from) { entry.take(key, field, from...); });
    std::uint64_t started = 0;
    entry.take("started_unix_ns", started);
    if (started != 0) segment.started = WallTime{static_cast<std::int64_t>(started)};
    fields.absorb(entry);
  }
}

/// Reads what only joulecast writes, under the key "joulecast".
void take_ours(Fields& outer, BundleInfo& info) {
  auto fields = outer.object("joulecast");
  auto& run = info.run;
  auto host = fields.object("host");
  visit_host(run.host, [&](const char* key, auto& value) { host.take(key, value); });
  fields.absorb(host);
  auto job = fields.object("job");
  visit_job(run.info.job, [&](const char* key, auto& value) { job.take(key, value); });
  fields.absorb(job);
  auto place = fields.object("place");
  trace::visit_place(run.place, [&](const char* key, auto& value) { place.take(key, value); });
  fields.absorb(place);
  fields.take("exit_status", run.exit_status);
  fields.take("command", run.command);
  fields.take("tags", run.tags);
  fields.take("notes", run.notes);
  fields.take("idle_baseline_w", run.idle_baseline);
  fields.take("sampler_cpu_s", run.sampler_cpu);
  std::uint64_t started = 0;
  fields.take("started_unix_ns", started);
  if (started != 0) run.started = WallTime{static_cast<std::int64_t>(started)};
  for (const auto& value : fields.list("sensors")) {
    auto entry = fields.entry(value, "sensors");
    auto& sensor = run.sensors.emplace_back();
    visit_sensor(sensor, [&](const char* key, auto& field) { entry.take(key, field); });
    fields.absorb(entry);
  }
  for (const auto& value : fields.list("metrics")) {
    auto entry = fields.entry(value, "metrics");
    auto& point = run.metrics.emplace_back();
    visit_metric(point, [&](const char* key, auto& field) { entry.take(key, field); });
    fields.absorb(entry);
  }
  for (const auto& value : fields.list("projections")) {
    auto entry = fields.entry(value, "projections");
    auto& projection = run.projections.emplace_back();
    visit_projection(projection, [&](const char* key, auto& field) { entry.take(key, field); });
    fields.absorb(entry);
  }
  for (const auto& value : fields.list("phases")) {
    auto entry = fields.entry(value, "phases");
    visit_phase(run.phases.emplace_back(), [&](const char* key, auto& field) { entry.take(key, field); });
    fields.absorb(entry);
  }
  for (const auto& value : fields.list("windows")) {
    auto entry = fields.entry(value, "windows");
    visit_window(run.windows.emplace_back(), [&](const char* key, auto& field) { entry.take(key, field); });
    fields.absorb(entry);
  }
  take_segments(fields, run);
  fields.take("epoch_phases", info.epoch_phases);
  for (const auto& value : fields.list("channels")) {
    auto entry = fields.entry(value, "channels");
    info.columns.push_back(take_column(entry));
    fields.absorb(entry);
  }
  for (const auto& value : fields.list("epoch_metrics")) {
    // Wrapped in an object, so that an epoch's metrics are checked like any other object of numbers.
    auto entry = fields.entry(ordered_json{{"epoch_metrics", value}}, "epoch_metrics");
    entry.take("epoch_metrics", info.epoch_metrics.emplace_back());
    fields.absorb(entry);
  }
  outer.absorb(fields);
}

Result<ordered_json> parse_object(std::string_view text, const std::string& file) {
  constexpr int deepest = 64;  // deeper nesting would exhaust the stack when it is written again
  bool too_deep = false;
  const auto keep = [&](int depth, ordered_json::parse_event_t, ordered_json&) {
    too_deep |= depth > deepest;
    return depth <= deepest;
  };
  try {
    auto json = ordered_json::parse(text, keep);
    if (too_deep) return fail(ErrorKind::malformed, file, "nested deeper than {} levels", deepest);
    if (json.is_object()) return json;
    return fail(ErrorKind::malformed, place(file, 1), "not a JSON object");
  } catch (const ordered_json::parse_error& error) {
    const auto before = text.substr(0, std::min<std::size_t>(error.byte, text.size()));
    return fail(ErrorKind::malformed,
                place(file, 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'))),
                "not valid JSON");
  } catch (const ordered_json::exception&) {  // a number too large for a double
    return fail(ErrorKind::malformed, file, "a number in it is out of range");
  }
}

}  // namespace

Result<BundleInfo> parse_bundle_info(std::string_view text, const std::string& file) {
  auto object = parse_object(text, file);
  if (!object) return propagate(object.error());
  Fields fields(std::move(*object), text, file);
  BundleInfo info;
  auto& run = info.run;
  fields.take("id", run.info.id);
  fields.take("name", run.info.name);
  visit_info(run.info, [&](const char* key, auto& value) { fields.take(key, value); });
  visit_training_extras(run.info.training,
                        [&](const char* key, std::string& value) { fields.take_if_text(key, value); });
  std::string bounds;
  fields.take("epoch_bounds", bounds);
  run.info.epoch_bounds_recorded = bounds != "not recorded";
  std::optional<double> begin;
  std::optional<double> end;
  fields.take("run_start_s", begin);
  fields.take("run_stop_s", end);
  if (begin) info.begin = Seconds{*begin};
  if (end) info.end = Seconds{*end};
  take_status(fields, run);
  take_ours(fields, info);
  if (fields.error()) return propagate(*fields.error());
  if (begin && end && *end < *begin)
    return fail(ErrorKind::malformed, file, "run_stop_s is before run_start_s");
  run.info.extra_json = fields.rest();
  return info;
}

}  // namespace joulecast::formats
