// Sends the channels of one run to a sink, doubts values that cannot be, and counts what the report needs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/importer.hpp"
#include "formats/support/channel_feed.hpp"
#include "formats/support/spike_watch.hpp"
#include "formats/support/value_bounds.hpp"

namespace joulecast::formats {

class RunFeed {
 public:
  RunFeed(trace::RunSink& sink, ImportReport& report) : sink_(sink), report_(report) {}

  [[nodiscard]] Status begin(const trace::Run& header);
  /// Adds a channel and returns its number for the calls below. A power without a plausible maximum gets
  /// that of its component.
  [[nodiscard]] Result<std::size_t> channel(trace::Channel channel, ZeroWatts zero = ZeroWatts::missing);
  /// Whether no measurement gives this value; false for NaN, which stands for no value.
  [[nodiscard]] bool is_doubtful(std::size_t channel, double value) const {
    return channels_[channel].bounds.is_doubtful(value);
  }
  /// Counts a doubtful value and returns what is wrong with it: "gpu0_power: -3 W cannot be".
  [[nodiscard]] std::string doubt(std::size_t channel, double value);
  [[nodiscard]] bool is_power(std::size_t channel) const { return channels_[channel].bounds.of_power(); }
  /// The most that a channel may have from now on, if that is more than before.
  void raise_bound(std::size_t channel, Watts most) { channels_[channel].bounds.raise(most); }
  /// What was doubted, a line for each channel, for the run's notes.
  [[nodiscard]] std::vector<std::string> doubts() const;
  [[nodiscard]] Status push(std::size_t channel, std::span<const double> times,
                            std::span<const double> values);
  [[nodiscard]] Status push(std::size_t channel, double time, double value) {
    return push(channel, {&time, 1}, {&value, 1});
  }
  /// The energy used between two times that were pushed is not known.
  [[nodiscard]] Status lose(std::size_t channel, double begin, double end);
  /// A gauge was silent between two of its readings, as turned out later.
  [[nodiscard]] Status silence(std::size_t channel, double begin, double end);
  void interrupt(std::size_t channel);
  void interrupt_all();
  /// Passes on what was held back as a possible spike, and returns what is told of all spikes since the last
  /// call.
  [[nodiscard]] Result<std::vector<std::string>> settle_spikes();
  /// Counts further rows with readings.
  void count_samples(std::size_t rows) { samples_ += rows; }
  [[nodiscard]] Status epoch(const trace::Epoch& epoch);
  [[nodiscard]] Status metric(const trace::MetricPoint& point);
  [[nodiscard]] Status window(const trace::Window& window);
  /// Ends the run. If `header.span` is empty, the span of the readings is used.
  [[nodiscard]] Status end(trace::Run header);

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }

 private:
  struct Entry {
    ChannelFeed feed;
    bool energetic;  ///< measures power or energy
    ValueBounds bounds;
    SpikeWatch spikes;
    std::uint64_t doubted = 0;
    Watts most_counted{0};  ///< mean power that a counter may give; 0 = no limit
  };

  Status pass(std::size_t channel, std::vector<SpikeWatch::Reading>& readings);
  Status settle(std::size_t channel);
  /// malformed if a counter gives a power that nothing draws, as one in another unit does.
  static Status check_counter(const Entry& entry, const std::string& run);

  /// The header with the mark of the file's content.
  [[nodiscard]] trace::Run marked(trace::Run header) const;

  trace::RunSink& sink_;
  ImportReport& report_;
  std::vector<Entry> channels_;
  std::vector<SpikeWatch::Reading> certain_;
  std::vector<std::string> spikes_;
  Status interrupted_;  ///< what happened when a reading was passed on because of an interruption
  std::uint64_t samples_ = 0;
  std::size_t epochs_ = 0;
  std::size_t windows_ = 0;
  bool open_ = false;
};

}  // namespace joulecast::formats
