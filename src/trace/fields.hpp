// The fields of a run's records under the names by which they are stored. Bundles and the store share this
// one list for reading and writing. `visit(key, field)` is called for each field, and for an enum `visit(key,
// field, from)` with the function that finds a value by its name.
#pragma once

#include <type_traits>

#include "base/provenance.hpp"
#include "trace/channel.hpp"
#include "trace/run_status.hpp"

namespace joulecast::trace {

/// All but id, name and job, and fields that are stored elsewhere (epoch_bounds_recorded, extra_json).
template <class Info, class Visit>
void visit_info(Info& info, Visit&& visit) {
  visit("source", info.source);
  visit("stream", info.stream);
  visit("gpu", info.training.gpu);
  visit("gpu_count", info.training.gpu_count);
  visit("nodes", info.training.nodes);
  visit("gpu_memory_mib", info.training.gpu_memory_mib);
  visit("gpu_power_limit_w", info.training.gpu_power_limit_w);
  visit("architecture", info.training.architecture);
  visit("framework", info.training.framework);
  visit("dataset", info.training.dataset);
  visit("image_size", info.training.image_size);
  visit("batch_size", info.training.batch_size);
  visit("train_samples", info.training.train_samples);
  visit("validation_samples", info.training.validation_samples);
  visit("gflops_forward_per_sample", info.training.gflops_forward_per_sample);
  visit("params", info.training.params);
  visit("total_work", info.total_work);
  visit("work_unit", info.work_unit);
  visit("quality", info.quality);
  visit("forecast_doubt", info.forecast_doubt);
}

/// Properties of a training beyond the documented keys of run.json.
template <class Training, class Visit>
void visit_training_extras(Training& training, Visit&& visit) {
  visit("optimizer", training.optimizer);
  visit("precision", training.precision);
}

template <class AnyJob, class Visit>
void visit_job(AnyJob& job, Visit&& visit) {
  visit("scheduler", job.scheduler);
  visit("id", job.id);
  visit("array_id", job.array_id);
  visit("array_index", job.array_index);
  visit("het_id", job.het_id);
  visit("het_component", job.het_component);
  visit("step", job.step);
  visit("restarts", job.restarts);
  visit("name", job.name);
  visit("user", job.user);
  visit("account", job.account);
  visit("partition", job.partition);
  visit("cluster", job.cluster);
  visit("launcher", job.launcher);
  visit("launch", job.launch);
  visit("node", job.node);
  visit("node_rank", job.node_rank);
  visit("node_count", job.node_count);
  visit("rank", job.rank);
  visit("world_size", job.world_size);
  visit("local_rank", job.local_rank);
  visit("local_size", job.local_size);
}

template <class Host, class Visit>
void visit_host(Host& host, Visit&& visit) {
  visit("hostname", host.hostname);
  visit("os", host.os);
  visit("cpu_model", host.cpu_model);
  visit("logical_cpus", host.logical_cpus);
  visit("memory_bytes", host.memory_bytes);
  visit("gpus", host.gpus);
  visit("joulecast_version", host.joulecast_version);
}

template <class Sensor, class Visit>
void visit_sensor(Sensor& sensor, Visit&& visit) {
  visit("sensor", sensor.sensor);
  visit("used", sensor.used);
  visit("reason", sensor.reason);
  visit("readings", sensor.readings);
  visit("failed_readings", sensor.failed_readings);
  visit("mean_latency_s", sensor.mean_latency);
  visit("max_latency_s", sensor.max_latency);
}

template <class AnyChannel, class Visit>
void visit_channel(AnyChannel& channel, Visit&& visit) {
  visit("name", channel.name);
  visit("sensor", channel.sensor);
  visit("node", channel.node);
  visit("quantity", channel.quantity, quantity_from);
  visit("behaviour", channel.behaviour, behaviour_from);
  visit("component", channel.component, component_from);
  visit("device", channel.device);
  visit("device_name", channel.device_name);
  visit("resolution", channel.resolution);
  visit("update_period_s", channel.update_period);
  visit("averaging_window_s", channel.averaging_window);
  visit("wrap_range", channel.wrap_range);
  visit("plausible_maximum_w", channel.plausible_maximum);
  if (!std::is_const_v<AnyChannel> || channel.only_windows) visit("only_windows", channel.only_windows);
  visit("contained_in", channel.contained_in);
  visit("provenance", channel.provenance, provenance_from);
  visit("relative_uncertainty", channel.relative_uncertainty);
  visit("note", channel.note);
}

template <class AnyPlace, class Visit>
void visit_place(AnyPlace& place, Visit&& visit) {
  visit("country", place.country);
  visit("cloud_region", place.cloud_region);
  visit("intensity_g_per_kwh", place.intensity_g_per_kwh);
  visit("pue", place.pue);
}

template <class Point, class Visit>
void visit_metric(Point& point, Visit&& visit) {
  visit("time_s", point.time);
  visit("epoch", point.epoch);
  visit("name", point.name);
  visit("value", point.value);
}

template <class AnyProjection, class Visit>
void visit_projection(AnyProjection& projection, Visit&& visit) {
  visit("time_s", projection.time);
  visit("share", projection.share);
  visit("method", projection.method);
  visit("total_j", projection.total);
  visit("low_j", projection.low);
  visit("high_j", projection.high);
  visit("ready", projection.ready);
  visit("withdrawn", projection.withdrawn);
}

template <class AnyPhase, class Visit>
void visit_phase(AnyPhase& phase, Visit&& visit) {
  visit("name", phase.name);
  visit("unit", phase.unit);
  visit("start_s", phase.span.begin);
  visit("end_s", phase.span.end);
  visit("work", phase.work);
  visit("total_work", phase.total_work);
  visit("energy_j", phase.energy);
  visit("done_before", phase.done_before);
}

/// All but `started`, whose form differs from document to document.
template <class AnySegment, class Visit>
void visit_segment(AnySegment& segment, Visit&& visit) {
  visit("id", segment.id);
  visit("start_s", segment.span.begin);
  visit("end_s", segment.span.end);
  visit("status", segment.status, run_status_from);
  visit("exit_status", segment.exit_status);
  visit("hostname", segment.hostname);
  visit("gpus", segment.gpus);
  visit("redone_start_s", segment.redone.begin);
  visit("redone_end_s", segment.redone.end);
}

template <class AnyWindow, class Visit>
void visit_window(AnyWindow& window, Visit&& visit) {
  visit("name", window.name);
  visit("start_s", window.span.begin);
  visit("end_s", window.span.end);
}

}  // namespace joulecast::trace
