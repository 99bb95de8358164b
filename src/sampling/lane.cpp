#include "sampling/lane.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"

namespace joulecast::sampling {
namespace {

constexpr double seconds_of_slack = 8;  ///< how long samples may wait to be drained before they are dropped
constexpr Seconds hang_after{3};        ///< a read that takes longer is reported as hanging

std::chrono::nanoseconds to_chrono(Seconds d) {
  return std::chrono::nanoseconds(std::llround(d.value() * 1e9));
}

std::size_t ring_capacity(const auto& sources) {
  double rate = 0;
  for (const auto& source : sources)
    rate += static_cast<double>(source.open.sensor->channels().size()) / source.period.value();
  return static_cast<std::size_t>(rate * seconds_of_slack) + 256;
}

}  // namespace

Sampler::Lane::Lane(std::vector<Source> sources, const Clock& clock)
    : sources_(std::move(sources)), clock_(clock), ring_(ring_capacity(sources_)) {
  tick_ = std::ranges::min_element(sources_, {}, &Source::period)->period;
}

Status Sampler::Lane::start() {
  auto thread = start_thread([self = shared_from_this()] { self->work(); });
  if (!thread) return propagate(thread.error());
  thread->detach();
  started_ = true;
  return {};
}

void Sampler::Lane::ask_to_stop() {
  const std::lock_guard guard(mutex_);
  stop_ = true;
  stopping_.notify_all();
}

bool Sampler::Lane::ask_to_read() {
  const std::lock_guard guard(mutex_);
  if (!asked_done_) return false;
  asked_ = true;
  asked_done_ = false;
  stopping_.notify_all();
  return true;
}

bool Sampler::Lane::sleep_until(std::chrono::steady_clock::time_point time) {
  std::unique_lock lock(mutex_);
  while (stopping_.wait_until(lock, time, [this] { return stop_ || asked_; }) && !stop_) {
    asked_ = false;
    lock.unlock();
    read_due(/*all=*/true);
    say(asked_done_);
    lock.lock();
  }
  return stop_;
}

bool Sampler::Lane::wait(Seconds limit, bool& flag) {
  if (!started_) return true;
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, to_chrono(limit), [&] { return flag; });
}

void Sampler::Lane::say(bool& flag) {
  const std::lock_guard guard(mutex_);
  flag = true;
  changed_.notify_all();
}

void Sampler::Lane::drain(std::vector<RawSample>& samples) {
  RawSample sample;
  while (ring_.pop(sample)) samples.push_back(sample);
}

void Sampler::Lane::add_statuses(std::vector<trace::SensorStatus>& statuses) const {
  const auto since = reading_since_.load();
  const auto hanging = reading_index_.load();
  const auto waited = clock_.steady() - SteadyTime{since};
  const bool hangs = since != 0 && waited > hang_after;
  const std::lock_guard guard(mutex_);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    auto status = sources_[i].status;
    if (hangs && i == hanging)
      status.reason = fmt::format("hangs: no answer for {}", to_text(waited));
    else if (hangs)
      status.reason = fmt::format("waits for {}, which hangs", sources_[hanging].open.type->name);
    statuses.push_back(std::move(status));
  }
}

void Sampler::Lane::work() {
  read_due(/*all=*/true);
  say(first_done_);
  // Absolute times: the rate does not drift, however long a read takes.
  const auto tick = to_chrono(tick_);
  for (auto next = std::chrono::steady_clock::now() + tick; !sleep_until(next); next += tick) {
    read_due(/*all=*/false);
    if (when_read_) when_read_();
    // Ticks that were missed because of a slow read are skipped: two readings at once bring nothing new.
    if (const auto late = std::chrono::steady_clock::now() - next; late > tick) next += late - late % tick;
  }
  read_due(/*all=*/true);
  say(ended_);
}

void Sampler::Lane::read_due(bool all) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    // Half a tick of tolerance: without it, a sensor that is due at every tick could miss every second one.
    if (!all && clock_.steady() + 0.5 * tick_ < sources_[i].due) continue;
    // Out of memory, a reading is missing; the next may succeed.
    if (failure_of([&] { read_source(i); })) dropped_.fetch_add(1);
  }
}

void Sampler::Lane::read_source(std::size_t index) {
  auto& source = sources_[index];
  const auto before = clock_.steady();
  reading_index_.store(index);
  reading_since_.store(before.ns);
  source.open.sensor->read(source.readings);
  reading_since_.store(0);
  const auto after = clock_.steady();
  source.due = before + source.period;
  const SteadyTime middle{before.ns + (after.ns - before.ns) / 2};
  if (is_too_late(source, after - before))
    for (auto& reading : source.readings)
      if (reading) reading = fail(ErrorKind::retry, source.status.sensor, "its driver took too long");
  std::uint64_t failed = 0;
  for (std::size_t c = 0; c < source.readings.size(); ++c) failed += hand_over(source, c, middle);
  account(source, after - before, failed);
}

/// Nobody knows of which moment within the call a value is. After a hang that matters: a counter's energy
/// would count too early. Where every call takes long, it has to do.
bool Sampler::Lane::is_too_late(const Source& source, Seconds latency) {
  constexpr double times_the_usual = 5;
  constexpr Seconds shortest_hang{0.5};
  return source.status.readings > 0 && latency > shortest_hang &&
         latency > times_the_usual * source.status.mean_latency;
}

/// Puts one channel's reading into the ring. Returns 1 if the reading failed.
std::uint64_t Sampler::Lane::hand_over(Source& source, std::size_t c, SteadyTime time) {
  if (source.ended[c] != 0) return 0;
  const auto& reading = source.readings[c];
  RawSample sample;
  sample.channel = source.first_channel + static_cast<std::uint32_t>(c);
  sample.time = time;
  if (reading) {
    sample.value = *reading;
  } else {
    const bool passing = reading.error().kind == ErrorKind::retry;
    sample.kind = passing ? RawSample::Kind::failed : RawSample::Kind::ended;
    if (!passing) end_channel(source, c);
  }
  if (!ring_.push(sample)) dropped_.fetch_add(1);
  return reading ? 0 : 1;
}

void Sampler::Lane::end_channel(Source& source, std::size_t c) {
  source.ended[c] = 1;
  const std::lock_guard guard(mutex_);
  if (source.status.reason.empty())
    source.status.reason = fmt::format("{} ended: {}", source.open.sensor->channels()[c].name,
                                       to_string(source.readings[c].error()));
}

void Sampler::Lane::account(Source& source, Seconds latency, std::uint64_t failed) {
  const std::lock_guard guard(mutex_);
  auto& status = source.status;
  ++status.readings;
  status.failed_readings += failed > 0 ? 1 : 0;
  status.max_latency = std::max(status.max_latency, latency);
  source.total_latency += latency;
  status.mean_latency = source.total_latency / static_cast<double>(status.readings);
}

}  // namespace joulecast::sampling
