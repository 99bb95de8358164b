#include "fake_nvml_script.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "sensors/support/nvml_abi.hpp"

namespace joulecast::fakes {
namespace {
namespace nvml = sensors::nvml;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (const auto part : split(line.substr(0, line.find('#')), ' '))
    if (!trim(part).empty()) words.emplace_back(trim(part));
  return words;
}

using Options = std::map<std::string, std::string>;
Options options_of(const std::vector<std::string>& words) {
  Options options;
  for (const auto& word : words)
    if (const auto equals = word.find('='); equals != word.npos)
      options[word.substr(0, equals)] = word.substr(equals + 1);
  return options;
}

double number(const Options& options, const char* key, double otherwise) {
  const auto found = options.find(key);
  return found == options.end() ? otherwise : parse_double(found->second).value_or(otherwise);
}

int error_of(std::string_view name) {
  static const std::map<std::string_view, int> errors{{"NOT_SUPPORTED", nvml::not_supported},
                                                      {"NO_PERMISSION", nvml::no_permission},
                                                      {"TIMEOUT", nvml::timeout},
                                                      {"GPU_IS_LOST", nvml::gpu_is_lost},
                                                      {"UNKNOWN", nvml::unknown_error}};
  const auto found = errors.find(name);
  return found == errors.end() ? nvml::unknown_error : found->second;
}

void describe_gpu(FakeGpu& gpu, const Options& options) {
  const auto text = [&](const char* key, std::string otherwise) {
    const auto found = options.find(key);
    return found == options.end() ? otherwise : found->second;
  };
  gpu.uuid = text("uuid", gpu.uuid);
  gpu.name = text("name", gpu.name);
  std::ranges::replace(gpu.name, '_', ' ');
  gpu.architecture = static_cast<unsigned>(number(options, "arch", gpu.architecture));
  gpu.limit_w = number(options, "limit_w", gpu.limit_w);
  gpu.usage_is_average = text("usage", "instant") == "average";
}

/// Applies one line of the script to the latest GPU. False if its word is unknown.
bool apply(FakeGpu& gpu, const std::vector<std::string>& words) {
  const auto options = options_of(words);
  const auto& verb = words[0];
  const double from = number(options, "from", 0), to = number(options, "to", forever);
  if (verb == "power") {
    gpu.points.clear();
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto pair = split(words[i], ':');
      gpu.points.emplace_back(parse_double(pair.at(0)).value(), parse_double(pair.at(1)).value());
    }
  } else if (verb == "square") {
    gpu.square_low = number(options, "low", 0);
    gpu.square_high = number(options, "high", 0);
    gpu.square_period = number(options, "period", 1);
  } else if (verb == "timing") {
    gpu.period = number(options, "period_ms", gpu.period * 1e3) * 1e-3;
    gpu.window = number(options, "window_ms", gpu.window * 1e3) * 1e-3;
    gpu.phase = number(options, "phase_ms", gpu.phase * 1e3) * 1e-3;
    gpu.gain = number(options, "gain", gpu.gain);
    gpu.counter_gain = number(options, "counter_gain", gpu.counter_gain);
  } else if (verb == "fail" && words.size() >= 3) {
    gpu.failures.push_back({words[1], error_of(words[2]), from, to, 0});
  } else if (verb == "latency" && words.size() >= 3) {
    gpu.latency[words[1]] = parse_double(words[2]).value_or(0) * 1e-3;
  } else if (verb == "hang" && words.size() >= 2) {
    gpu.hangs.push_back({words[1], 0, from, to, number(options, "for", 3600)});
  } else if (verb == "frozen") {
    gpu.frozen.push_back({"energy", 0, from, to, 0});
  } else if (verb == "backward") {
    gpu.backward.emplace_back(number(options, "at", 0), number(options, "by_j", 0));
  } else if (verb == "throttled" && words.size() >= 2) {
    gpu.throttled.push_back({words[1], 0, from, to, 0});
  } else if (verb == "mig" && words.size() >= 2) {
    gpu.instances.push_back(words[1]);
  } else {
    return false;
  }
  return true;
}

std::vector<std::size_t> order_of(std::string_view list) {
  std::vector<std::size_t> order;
  for (const auto part : split(list, ',')) order.push_back(parse_uint(part).value_or(0));
  return order;
}

}  // namespace

double FakeGpu::energy(double t) const {
  if (t <= 0) return 0;
  if (square_period > 0) {
    const double half = square_period / 2, whole = std::floor(t / square_period),
                 rest = t - whole * square_period;
    return whole * half * (square_low + square_high) + std::min(rest, half) * square_low +
           std::max(0.0, rest - half) * square_high;
  }
  double sum = points.front().second * std::min(t, points.front().first);
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const auto [t0, p0] = points[i];
    const auto [t1, p1] = points[i + 1];
    const double end = std::min(t, t1);
    if (end <= t0) break;
    const double p_end = t1 > t0 ? p0 + (p1 - p0) * (end - t0) / (t1 - t0) : p1;
    sum += (p0 + p_end) / 2 * (end - t0);
  }
  return sum + std::max(0.0, t - points.back().first) * points.back().second;
}

double FakeGpu::mean_power(double from, double to) const {
  from = std::max(from, 0.0);
  if (to - from <= 1e-9) return energy(to + 1e-6) / 1e-6 - energy(to) / 1e-6;
  return (energy(to) - energy(from)) / (to - from);
}

double FakeGpu::updated(double t) const {
  if (period <= 0) return t;
  return std::max(0.0, std::floor((t - phase) / period + 1e-9) * period + phase);
}

double FakeGpu::counter(double t, double since) const {
  const double now = updated(t);
  double joules = energy(now) - energy(since);
  for (const auto& span : frozen)
    if (now > span.from) joules -= energy(std::min(now, span.to)) - energy(span.from);
  for (const auto& [at, by] : backward)
    if (now >= at && at >= since) joules -= by;
  return std::max(0.0, joules) * counter_gain;
}

double FakeGpu::instant_power(double t) const {
  return gain * mean_power(updated(t) - window, updated(t));
}

double FakeGpu::average_power(double t) const {
  return gain * mean_power(updated(t) - 1, updated(t));
}

unsigned long long clocks_event(std::string_view reason) {
  if (reason == "power") return nvml::software_power_cap;
  if (reason == "heat") return nvml::software_thermal;
  if (reason == "brake") return nvml::hardware_slowdown | nvml::hardware_power_brake;
  if (reason == "slowdown") return nvml::hardware_slowdown;
  return 0;
}

Result<FakeMachine> parse_machine(std::string_view script) {
  FakeMachine machine;
  int line_number = 0;
  for (const auto line : split(script, '\n')) {
    ++line_number;
    const auto words = words_of(line);
    if (words.empty()) continue;
    const auto options = options_of(words);
    if (words[0] == "gpu") {
      describe_gpu(machine.gpus.emplace_back(), options);
    } else if (words[0] == "reload") {
      machine.reloads.push_back(number(options, "at", 0));
    } else if (words[0] == "order" && words.size() >= 3) {
      machine.orders.emplace_back(number(options, "at", 0), order_of(words.back()));
    } else if (words[0] == "driver") {
      machine.init_seconds = number(options, "slow_ms", 0) * 1e-3;
      machine.driver = machine.init_seconds > 0;
    } else if (machine.gpus.empty() || !apply(machine.gpus.back(), words)) {
      return fail(ErrorKind::malformed, fmt::format("fake NVML script:{}", line_number), "'{}'", line);
    }
  }
  return machine;
}

}  // namespace joulecast::fakes
