// Polls sensors on separate threads and passes on raw samples without locks. The measured program never waits
// for joulecast, and a slow or hanging source never delays another lane.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sensors/support/selection.hpp"
#include "trace/channel.hpp"
#include "trace/reading.hpp"

namespace joulecast::sampling {

/// One reading of one channel as the sampler took it.
struct RawSample {
  enum class Kind : std::uint8_t {
    value,
    failed,  ///< retry: there is no reading at this time
    ended,   ///< gone or denied: there will be no more readings
  };
  std::uint32_t channel = 0;  ///< index into Sampler::channels()
  Kind kind = Kind::value;
  SteadyTime time;
  trace::RawValue value;
};

struct SamplerOptions {
  Seconds interval{1};  ///< how often to read; no sensor is read faster than its own shortest interval
  Seconds first_read_limit{1};  ///< how long start() waits for each lane's first readings
  Seconds stop_limit{1};        ///< how long stop() waits for a lane before it leaves a hanging driver behind
};

class Sampler {
 public:
  Sampler(std::vector<sensors::OpenedSensor> sensors, SamplerOptions options,
          const Clock& clock = system_clock());
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  [[nodiscard]] const std::vector<trace::Channel>& channels() const;
  /// Seconds between two readings of a channel: the interval, or more if the source requires it.
  [[nodiscard]] Seconds period(std::uint32_t channel) const;

  /// Calls this on a lane's thread after each of its readings. Of several lanes it is the one that answers
  /// last, unless it reads too rarely. Call before start(); a hanging driver may keep the function after
  /// stop().
  void when_read(std::function<void()> call);
  /// Takes every channel's first reading, then goes on in the background. retry where the system allows no
  /// more threads.
  [[nodiscard]] Status start();
  /// Reads every sensor out of turn and waits for it so long at most, and not at all for a lane that still
  /// owes an earlier reading. Call after start(), on the thread that drains.
  void read_now(Seconds limit);
  /// Adds a sensor that opened late, on a lane of its own. Its channels are numbered after the others. Call
  /// after start(), on the thread that drains. retry in the cases of start(); nothing is added then.
  [[nodiscard]] Status add(sensors::OpenedSensor sensor);
  /// Every sample since the last call, channel by channel and ordered by time. Only one thread may call this.
  void drain(std::vector<RawSample>& samples);
  /// Takes a last reading and ends the threads. What is still in the rings can be drained afterwards.
  void stop();

  /// Statistics of each sensor so far; hanging ones are marked.
  [[nodiscard]] std::vector<trace::SensorStatus> statuses() const;
  /// Samples lost because nobody drained in time.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  class Lane;
  struct Source;
  [[nodiscard]] Source source_of(sensors::OpenedSensor open);
  std::vector<trace::Channel> channels_;
  std::vector<Seconds> periods_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  SamplerOptions options_;
  const Clock& clock_;
};

}  // namespace joulecast::sampling
