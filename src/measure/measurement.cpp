#include "measure/measurement.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/wake_up.hpp"
#include "measure/measurement_worker.hpp"
#include "sensors/support/selection.hpp"

namespace joulecast::measure {
namespace {

constexpr Seconds shortest_interval{0.001};
constexpr Seconds longest_interval{3600};  ///< of readings and of ticks

Status check(const MeasurementOptions& options) {
  if (!(options.interval >= shortest_interval))
    return fail_field("interval", "{} is shorter than 1 ms", to_text(options.interval));
  if (options.interval > longest_interval)
    return fail_field("interval", "{} is longer than {}", to_text(options.interval),
                      to_text(longest_interval));
  if (!(options.tick > Seconds{0}) || options.tick > longest_interval)
    return fail(ErrorKind::invalid, "tick", "{} is not above 0 and at most {}", to_text(options.tick),
                to_text(longest_interval));
  return {};
}

}  // namespace

Measurement::Measurement(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
Measurement::Measurement(Measurement&&) noexcept = default;

Measurement::~Measurement() {
  // After a fork the copy belongs to the other process: it has no thread here, and its store must not be
  // touched.
  if (worker_ && !worker_->is_ours()) (void)worker_.release();
}

Result<Measurement> Measurement::prepare(MeasurementOptions options, const sensors::Environment& environment,
                                         std::optional<progress::SocketServer> socket, Observer* observer) {
  if (const auto usable = check(options); !usable) return propagate(usable.error());
  auto wake_up = WakeUp::create();
  if (!wake_up) return propagate(wake_up.error());
  auto selection = sensors::open_sensors(environment, options.sensors, options.driver_patience);
  if (!selection) return propagate(selection.error());
  auto worker = std::make_unique<Worker>(std::move(options), environment, std::move(*selection),
                                         std::move(socket), observer, std::move(*wake_up));
  if (const auto begun = worker->begin(); !begun) return propagate(begun.error());
  return Measurement(std::move(worker));
}

Result<std::optional<Watts>> Measurement::measure_idle(Seconds duration, const std::function<bool()>& stop) {
  return worker_->measure_idle(duration, stop);
}
Status Measurement::start() {
  return worker_->start(worker_->now());
}
Status Measurement::start(Moment at) {
  return worker_->start(at);
}
void Measurement::hear(std::vector<progress::Event> events) {
  worker_->hear(std::move(events));
}
void Measurement::set_limits(LimitOptions limits) {
  worker_->set_limits(std::move(limits));
}
void Measurement::end_forecasts() {
  worker_->end_forecasts();
}
void Measurement::note(std::string text) {
  worker_->note(std::move(text));
}
Live Measurement::live() const {
  return worker_->live();
}
std::vector<progress::AttachedRank> Measurement::ranks() const {
  return worker_->ranks();
}
void Measurement::tell_ranks(progress::RankOrder order) {
  worker_->tell_ranks(std::move(order));
}
bool Measurement::wait_for_ranks(Seconds patience) const {
  return worker_->wait_for_ranks(patience);
}
std::optional<SteadyTime> Measurement::wait_for_successor(Seconds patience) const {
  return worker_->wait_for_successor(patience);
}
void Measurement::tick() {
  worker_->tick();
}
Result<MeasurementResult> Measurement::finish(Ending ending) {
  return worker_->finish(ending);
}

}  // namespace joulecast::measure
