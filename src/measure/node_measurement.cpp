#include "measure/node_measurement.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "measure/rank.hpp"

namespace joulecast::measure {

NodeMeasurement::NodeMeasurement(std::unique_ptr<Rank> rank) : rank_(std::move(rank)) {}
NodeMeasurement::NodeMeasurement(NodeMeasurement&&) noexcept = default;
NodeMeasurement::~NodeMeasurement() {
  // Of a copy in a forked child nothing may be touched: its sockets, lock and store are the parent's.
  if (rank_ && !rank_->is_ours()) (void)rank_.release();
}

Result<NodeMeasurement> NodeMeasurement::prepare(NodeOptions options, const sensors::Environment& environment,
                                                 std::optional<progress::SocketServer> socket,
                                                 NodeObserver* observer) {
  auto rank = std::make_unique<Rank>(std::move(options), environment, std::move(socket), observer);
  if (const auto prepared = rank->prepare(); !prepared) return propagate(prepared.error());
  return NodeMeasurement(std::move(rank));
}

bool NodeMeasurement::measures() const {
  return rank_->is_ours() && rank_->own() != nullptr;
}

Result<std::optional<Watts>> NodeMeasurement::measure_idle(Seconds duration,
                                                           const std::function<bool()>& stop) {
  if (const auto own = rank_->own()) return own->measure_idle(duration, stop);
  // The rank that measures does so now, and this rank's command would disturb it.
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(duration.value());
  while (std::chrono::steady_clock::now() < until && !(stop && stop()))
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return std::optional<Watts>{};
}

Status NodeMeasurement::start(Moment at) {
  if (rank_->is_attached()) return {};  // it begins whenever it has to
  return rank_->own()->start(at);
}

void NodeMeasurement::hear(std::vector<progress::Event> events) {
  if (rank_->is_ours()) rank_->hear(std::move(events));
}

void NodeMeasurement::set_limits(LimitOptions limits) {
  if (const auto own = rank_->is_ours() ? rank_->own() : nullptr) own->set_limits(std::move(limits));
}

void NodeMeasurement::end_forecasts() {
  if (const auto own = rank_->is_ours() ? rank_->own() : nullptr) own->end_forecasts();
}

void NodeMeasurement::note(std::string text) {
  if (const auto own = rank_->is_ours() ? rank_->own() : nullptr) own->note(std::move(text));
}

Live NodeMeasurement::live() const {
  if (!rank_->is_ours()) return {};
  if (const auto own = rank_->own()) return own->live();
  Live live;
  live.run_id = rank_->run_id();
  return live;
}

void NodeMeasurement::tick() {
  if (const auto own = rank_->is_ours() ? rank_->own() : nullptr) own->tick();
}

void NodeMeasurement::end_others(const std::string& why) {
  if (const auto own = rank_->own()) own->tell_ranks({progress::RankOrder::Kind::end, why});
}

void NodeMeasurement::work_has_ended() {
  if (rank_->is_ours()) rank_->work_has_ended();
}

Result<MeasurementResult> NodeMeasurement::finish(Ending ending) {
  if (!rank_->is_ours())
    return fail(ErrorKind::invalid, "measurement", "belongs to the process that prepared it");
  return rank_->finish(ending);
}

}  // namespace joulecast::measure
