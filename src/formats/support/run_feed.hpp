// Sends the channels of one run to a sink and counts what the report needs.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/importer.hpp"
#include "formats/support/channel_feed.hpp"

namespace joulecast::formats {

class RunFeed {
 public:
  RunFeed(trace::RunSink& sink, ImportReport& report) : sink_(sink), report_(report) {}

  [[nodiscard]] Status begin(const trace::Run& header);
  /// Adds a channel and returns its number for the calls below.
  [[nodiscard]] Result<std::size_t> channel(const trace::Channel& channel);
  [[nodiscard]] Status push(std::size_t channel, std::span<const double> times,
                            std::span<const double> values);
  [[nodiscard]] Status push(std::size_t channel, double time, double value) {
    return push(channel, {&time, 1}, {&value, 1});
  }
  void interrupt(std::size_t channel) { channels_[channel].feed.interrupt(); }
  void interrupt_all();
  /// Counts further rows with readings.
  void count_samples(std::size_t rows) { samples_ += rows; }
  [[nodiscard]] Status epoch(const trace::Epoch& epoch);
  [[nodiscard]] Status metric(const trace::MetricPoint& point);
  /// Ends the run. If `header.span` is empty, the span of the readings is used.
  [[nodiscard]] Status end(trace::Run header);

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }

 private:
  struct Entry {
    ChannelFeed feed;
    bool energetic;  ///< measures power or energy
  };

  trace::RunSink& sink_;
  ImportReport& report_;
  std::vector<Entry> channels_;
  std::uint64_t samples_ = 0;
  std::size_t epochs_ = 0;
  bool open_ = false;
};

}  // namespace joulecast::formats
