#include "formats/bundle_info.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "formats/support/damage.hpp"

namespace joulecast::formats {
namespace {

using nlohmann::ordered_json;
using trace::Channel;
using trace::Run;

/// Takes known keys out of one JSON object. The first key of the wrong kind is the error; the rest is what is
/// left over.
class Fields {
 public:
  Fields(ordered_json object, std::string_view text, const std::string& file)
      : object_(std::move(object)), text_(text), file_(file) {}

  void take(const char* key, std::string& out) {
    if (const auto value = extract(key); value.is_string())
      out = value.get<std::string>();
    else
      refuse_unless(value.is_null(), key, "a text");
  }
  void take(const char* key, bool& out) {
    if (const auto value = extract(key); value.is_boolean())
      out = value.get<bool>();
    else
      refuse_unless(value.is_null(), key, "true or false");
  }
  void take(const char* key, std::optional<double>& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || (value.is_number() && std::isfinite(value.get<double>())), key,
                  "a number");
    if (value.is_number()) out = value.get<double>();
  }
  void take(const char* key, std::optional<int>& out) {
    std::optional<double> number;
    take(key, number);
    if (!number) return;
    refuse_unless(std::trunc(*number) == *number && std::abs(*number) <= 2e9, key, "a whole number");
    if (!error_) out = static_cast<int>(*number);
  }
  void take(const char* key, double& out) {
    std::optional<double> number;
    take(key, number);
    out = number.value_or(out);
  }
  void take(const char* key, std::uint64_t& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_number_unsigned(), key, "a whole number from 0");
    if (value.is_number_unsigned()) out = value.get<std::uint64_t>();
  }
  template <class Tag>
  void take(const char* key, Unit<Tag>& out) {
    double number = out.value();
    take(key, number);
    out = Unit<Tag>{number};
  }
  template <class Tag>
  void take(const char* key, std::optional<Unit<Tag>>& out) {
    std::optional<double> number;
    take(key, number);
    if (number) out = Unit<Tag>{*number};
  }
  void take(const char* key, std::map<std::string, double>& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_object(), key, "an object of numbers");
    if (!value.is_object()) return;
    for (const auto& [name, number] : value.items()) {
      refuse_unless(number.is_null() || number.is_number(), key, "an object of numbers");
      if (number.is_number()) out[name] = number.get<double>();
    }
  }
  void take(const char* key, std::map<std::string, std::string>& out) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_object(), key, "an object of texts");
    if (!value.is_object()) return;
    for (const auto& [name, text] : value.items()) {
      refuse_unless(text.is_string(), key, "an object of texts");
      if (text.is_string()) out[name] = text.get<std::string>();
    }
  }
  void take(const char* key, std::vector<std::string>& out) {
    for (const auto& text : list(key)) {
      refuse_unless(text.is_string(), key, "a list of texts");
      if (text.is_string()) out.push_back(text.get<std::string>());
    }
  }
  void take(const char* key, std::vector<int>& out) {
    for (const auto& number : list(key)) {
      const bool whole = number.is_number() && std::abs(number.get<double>()) <= 2e9;
      refuse_unless(whole, key, "a list of whole numbers");
      if (whole) out.push_back(static_cast<int>(number.get<double>()));
    }
  }
  /// The names of an enum, read by one of the *_from functions.
  template <class Enum>
  void take(const char* key, Enum& out, std::optional<Enum> (*from)(std::string_view)) {
    std::string name;
    take(key, name);
    if (name.empty()) return;
    const auto value = from(name);
    refuse_unless(value.has_value(), key, "a known name");
    out = value.value_or(out);
  }
  [[nodiscard]] std::vector<ordered_json> list(const char* key) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_array(), key, "a list");
    return value.is_array() ? value.get<std::vector<ordered_json>>() : std::vector<ordered_json>{};
  }
  /// The fields of an object inside this one; its errors are this one's once `absorb`ed.
  [[nodiscard]] Fields object(const char* key) {
    const auto value = extract(key);
    refuse_unless(value.is_null() || value.is_object(), key, "an object");
    return {value.is_object() ? value : ordered_json::object(), text_, file_};
  }
  [[nodiscard]] Fields entry(const ordered_json& value, const char* key) {
    refuse_unless(value.is_object(), key, "a list of objects");
    return {value.is_object() ? value : ordered_json::object(), text_, file_};
  }
  void absorb(const Fields& inner) {
    if (!error_) error_ = inner.error_;
  }

  void put_back(const char* key, const std::string& value) { object_[key] = value; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::string rest() const { return object_.empty() ? "" : object_.dump(); }

 private:
  ordered_json extract(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) return nullptr;
    ordered_json value = std::move(*found);
    object_.erase(found);
    return value;
  }
  void refuse_unless(bool right, const char* key, std::string_view wanted) {
    if (right || error_) return;
    const auto at = text_.find(fmt::format("\"{}\"", key));
    const auto before = text_.substr(0, std::min(at, text_.size()));
    const auto line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    error_ = Error{ErrorKind::malformed, fmt::format("{} is not {}", key, wanted), place(file_, line)};
  }

  ordered_json object_;
  std::string_view text_;
  const std::string& file_;
  std::optional<Error> error_;
};

/// Every key of RunInfo that is stored under its own name: one list for reading and writing.
template <class Info, class Visit>
void visit_info(Info& info, Visit visit) {
  visit("id", info.id);
  visit("name", info.name);
  visit("source", info.source);
  visit("stream", info.stream);
  visit("gpu", info.gpu);
  visit("gpu_count", info.gpu_count);
  visit("nodes", info.nodes);
  visit("gpu_memory_mib", info.gpu_memory_mib);
  visit("gpu_power_limit_w", info.gpu_power_limit_w);
  visit("architecture", info.architecture);
  visit("framework", info.framework);
  visit("dataset", info.dataset);
  visit("image_size", info.image_size);
  visit("batch_size", info.batch_size);
  visit("train_samples", info.train_samples);
  visit("validation_samples", info.validation_samples);
  visit("gflops_forward_per_sample", info.gflops_forward_per_sample);
  visit("params", info.params);
  visit("total_work", info.total_work);
  visit("work_unit", info.work_unit);
  visit("quality", info.quality);
}

template <class Host, class Visit>
void visit_host(Host& host, Visit visit) {
  visit("hostname", host.hostname);
  visit("os", host.os);
  visit("cpu_model", host.cpu_model);
  visit("logical_cpus", host.logical_cpus);
  visit("memory_bytes", host.memory_bytes);
  visit("gpus", host.gpus);
  visit("joulecast_version", host.joulecast_version);
}

template <class Sensor, class Visit>
void visit_sensor(Sensor& sensor, Visit visit) {
  visit("sensor", sensor.sensor);
  visit("used", sensor.used);
  visit("reason", sensor.reason);
  visit("readings", sensor.readings);
  visit("failed_readings", sensor.failed_readings);
  visit("mean_latency_s", sensor.mean_latency);
  visit("max_latency_s", sensor.max_latency);
}

template <class AnyChannel, class Visit>
void visit_channel(AnyChannel& channel, Visit visit) {
  visit("name", channel.name);
  visit("sensor", channel.sensor);
  visit("node", channel.node);
  visit("device", channel.device);
  visit("resolution", channel.resolution);
  visit("update_period_s", channel.update_period);
  visit("averaging_window_s", channel.averaging_window);
  visit("wrap_range", channel.wrap_range);
  visit("plausible_maximum_w", channel.plausible_maximum);
  visit("contained_in", channel.contained_in);
  visit("relative_uncertainty", channel.relative_uncertainty);
  visit("note", channel.note);
}

template <class AnyPlace, class Visit>
void visit_place(AnyPlace& place, Visit visit) {
  visit("country", place.country);
  visit("cloud_region", place.cloud_region);
  visit("intensity_g_per_kwh", place.intensity_g_per_kwh);
  visit("pue", place.pue);
}

template <class Point, class Visit>
void visit_metric(Point& point, Visit visit) {
  visit("time_s", point.time);
  visit("epoch", point.epoch);
  visit("name", point.name);
  visit("value", point.value);
}

template <class AnyProjection, class Visit>
void visit_projection(AnyProjection& projection, Visit visit) {
  visit("time_s", projection.time);
  visit("share", projection.share);
  visit("method", projection.method);
  visit("total_j", projection.total);
  visit("low_j", projection.low);
  visit("high_j", projection.high);
  visit("ready", projection.ready);
}

DescribedColumn take_column(Fields& fields) {
  DescribedColumn described;
  fields.take("file", described.file);
  fields.take("column", described.column);
  auto& channel = described.channel;
  visit_channel(channel, [&](const char* key, auto& value) { fields.take(key, value); });
  fields.take("quantity", channel.quantity, trace::quantity_from);
  fields.take("behaviour", channel.behaviour, trace::behaviour_from);
  fields.take("component", channel.component, trace::component_from);
  fields.take("provenance", channel.provenance, provenance_from);
  for (const auto& gap : fields.list("gaps"))
    if (gap.is_array() && gap.size() == 2 && gap[0].is_number() && gap[1].is_number())
      described.gaps.push_back({Seconds{gap[0].get<double>()}, Seconds{gap[1].get<double>()}});
  return described;
}

/// The status as written by us, or the words that others use; another word stays among the unknown keys.
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

/// What only we write, under the key "joulecast".
void take_ours(Fields& outer, BundleInfo& info) {
  auto fields = outer.object("joulecast");
  auto& run = info.run;
  auto host = fields.object("host");
  visit_host(run.host, [&](const char* key, auto& value) { host.take(key, value); });
  fields.absorb(host);
  auto place = fields.object("place");
  visit_place(run.place, [&](const char* key, auto& value) { place.take(key, value); });
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
  for (const auto& value : fields.list("channels")) {
    auto entry = fields.entry(value, "channels");
    info.columns.push_back(take_column(entry));
    fields.absorb(entry);
  }
  for (const auto& value : fields.list("epoch_metrics")) {
    // Wrapped, so that an epoch's metrics are checked as any other object of numbers.
    auto entry = fields.entry(ordered_json{{"epoch_metrics", value}}, "epoch_metrics");
    entry.take("epoch_metrics", info.epoch_metrics.emplace_back());
    fields.absorb(entry);
  }
  outer.absorb(fields);
}

Result<ordered_json> parse_object(std::string_view text, const std::string& file) {
  constexpr int deepest = 64;  // what is nested further would exhaust the stack when it is written again
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
  } catch (const ordered_json::exception&) {  // a number beyond every double
    return fail(ErrorKind::malformed, file, "a number in it is out of range");
  }
}

/// Writes a value unless it is empty or unknown; whole numbers without a point.
class Writer {
 public:
  void operator()(const char* key, const std::string& value) { put_unless_empty(key, value); }
  void operator()(const char* key, bool value) { json_[key] = value; }
  void operator()(const char* key, double value) { json_[key] = number(value); }
  void operator()(const char* key, std::uint64_t value) { json_[key] = value; }
  template <class Tag>
  void operator()(const char* key, Unit<Tag> value) {
    json_[key] = number(value.value());
  }
  void operator()(const char* key, int value) { json_[key] = value; }
  template <class Value>
  void operator()(const char* key, const std::optional<Value>& value) {
    if (value) (*this)(key, *value);
  }
  template <class Value>
  void operator()(const char* key, const std::vector<Value>& value) {
    put_unless_empty(key, value);
  }
  template <class Value>
  void operator()(const char* key, const std::map<std::string, Value>& value) {
    put_unless_empty(key, value);
  }
  void put(const char* key, ordered_json value) {
    if (!value.empty()) json_[key] = std::move(value);
  }
  [[nodiscard]] ordered_json take() { return std::move(json_); }
  [[nodiscard]] static ordered_json number(double value) {
    if (std::trunc(value) == value && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
    return value;
  }

 private:
  template <class Value>
  void put_unless_empty(const char* key, const Value& value) {
    if (!value.empty()) json_[key] = value;
  }
  ordered_json json_ = ordered_json::object();
};

ordered_json column_json(const DescribedColumn& described) {
  Writer writer;
  writer("file", described.file);
  writer("column", described.column);
  const auto& channel = described.channel;
  writer("quantity", std::string(trace::name_of(channel.quantity)));
  writer("behaviour", std::string(trace::name_of(channel.behaviour)));
  writer("component", std::string(trace::name_of(channel.component)));
  writer("provenance", std::string(name_of(channel.provenance)));
  visit_channel(channel, [&](const char* key, const auto& value) { writer(key, value); });
  auto gaps = ordered_json::array();
  for (const auto& gap : described.gaps)
    gaps.push_back({Writer::number(gap.begin.value()), Writer::number(gap.end.value())});
  writer.put("gaps", gaps);
  return writer.take();
}

ordered_json ours(const Run& run, const std::vector<DescribedColumn>& columns) {
  Writer writer;
  Writer host;
  visit_host(run.host, [&](const char* key, const auto& value) { host(key, value); });
  writer.put("host", host.take());
  Writer place;
  visit_place(run.place, [&](const char* key, const auto& value) { place(key, value); });
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

Result<BundleInfo> parse_bundle_info(std::string_view text, const std::string& file) {
  auto object = parse_object(text, file);
  if (!object) return propagate(object.error());
  Fields fields(std::move(*object), text, file);
  BundleInfo info;
  auto& run = info.run;
  visit_info(run.info, [&](const char* key, auto& value) { fields.take(key, value); });
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

std::string bundle_info_text(const Run& run, const std::vector<DescribedColumn>& columns) {
  Writer writer;
  visit_info(run.info, [&](const char* key, const auto& value) { writer(key, value); });
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
