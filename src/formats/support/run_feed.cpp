#include "formats/support/run_feed.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "trace/content_mark.hpp"
#include "trace/plausible.hpp"

namespace joulecast::formats {
namespace {

/// So that a file of nothing but beginnings cannot fill the memory.
constexpr std::size_t most_runs = 100'000;

/// Connects a feed to one channel of a sink.
class SinkOutput final : public ChannelOutput {
 public:
  SinkOutput(trace::RunSink& sink, std::size_t channel) : sink_(sink), channel_(channel) {}
  Status append(std::span<const double> times, std::span<const double> values) override {
    sink_.append(channel_, times, values);
    return sink_.status();
  }
  Status gap(trace::Span span) override {
    sink_.gap(channel_, span);
    return sink_.status();
  }

 private:
  trace::RunSink& sink_;
  std::size_t channel_;
};

}  // namespace

trace::Run RunFeed::marked(trace::Run header) const {
  if (header.info.extra_json.empty() && !report_.content.empty())
    header.info.extra_json = fmt::format("{{\"{}\":\"{}\"}}", trace::content_key, report_.content);
  return header;
}

Status RunFeed::begin(const trace::Run& header) {
  if (report_.runs.size() >= most_runs)
    return fail(ErrorKind::malformed, header.info.name, "more than {} runs in one file", most_runs);
  channels_.clear();
  samples_ = 0;
  epochs_ = 0;
  windows_ = 0;
  open_ = true;
  sink_.begin(marked(header));
  return sink_.status();
}

Result<std::size_t> RunFeed::channel(trace::Channel channel, ZeroWatts zero) {
  if (channel.quantity == trace::Quantity::power && channel.plausible_maximum <= Watts{0})
    channel.plausible_maximum = trace::most_of(channel.component);
  sink_.channel(channel);
  if (auto ok = sink_.status(); !ok) return propagate(ok.error());
  const bool energetic =
      channel.quantity == trace::Quantity::power || channel.quantity == trace::Quantity::energy;
  const bool counts =
      channel.quantity == trace::Quantity::energy && channel.behaviour == trace::Behaviour::counter;
  const auto most_counted = counts ? trace::most_of(channel.component) : Watts{0};
  channels_.push_back({ChannelFeed(channel.behaviour), energetic, ValueBounds(channel, zero),
                       SpikeWatch(channel), 0, most_counted});
  return channels_.size() - 1;
}

std::string RunFeed::doubt(std::size_t channel, double value) {
  ++channels_[channel].doubted;
  return channels_[channel].bounds.doubt(value);
}

std::vector<std::string> RunFeed::doubts() const {
  std::vector<std::string> lines;
  for (const auto& entry : channels_)
    if (entry.doubted != 0)
      lines.push_back(fmt::format("{}: {} values that cannot be were left out as gaps", entry.bounds.name(),
                                  entry.doubted));
  return lines;
}

Status RunFeed::lose(std::size_t channel, double begin, double end) {
  SinkOutput output(sink_, channel);
  return channels_[channel].feed.lose(begin, end, output);
}

Status RunFeed::silence(std::size_t channel, double begin, double end) {
  if (auto ok = settle(channel); !ok) return ok;
  SinkOutput output(sink_, channel);
  return channels_[channel].feed.silence(begin, end, output);
}

Status RunFeed::push(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  SinkOutput output(sink_, channel);
  auto& entry = channels_[channel];
  if (!interrupted_) return interrupted_;
  if (entry.spikes.passes(values)) [[likely]]
    return entry.feed.push(times, values, output);
  certain_.clear();
  for (std::size_t i = 0; i < times.size(); ++i) entry.spikes.take({times[i], values[i]}, certain_);
  return pass(channel, certain_);
}

Status RunFeed::pass(std::size_t channel, std::vector<SpikeWatch::Reading>& readings) {
  SinkOutput output(sink_, channel);
  auto& entry = channels_[channel];
  for (const auto& [time, value] : readings)
    if (auto ok = entry.feed.push({&time, 1}, {&value, 1}, output); !ok) return ok;
  for (auto& spike : entry.spikes.take_told()) {
    ++entry.doubted;
    spikes_.push_back(std::move(spike));
  }
  return {};
}

Status RunFeed::settle(std::size_t channel) {
  certain_.clear();
  channels_[channel].spikes.settle(certain_);
  return pass(channel, certain_);
}

Result<std::vector<std::string>> RunFeed::settle_spikes() {
  for (std::size_t i = 0; i < channels_.size(); ++i)
    if (auto ok = settle(i); !ok) return propagate(ok.error());
  return std::exchange(spikes_, {});
}

void RunFeed::interrupt(std::size_t channel) {
  if (auto ok = settle(channel); !ok) interrupted_ = ok;
  channels_[channel].feed.interrupt();
}

Status RunFeed::epoch(const trace::Epoch& epoch) {
  sink_.epoch(epochs_++, epoch);
  return sink_.status();
}

Status RunFeed::metric(const trace::MetricPoint& point) {
  sink_.metric(point);
  return sink_.status();
}

Status RunFeed::window(const trace::Window& window) {
  sink_.window(windows_++, window);
  return sink_.status();
}

void RunFeed::interrupt_all() {
  for (std::size_t i = 0; i < channels_.size(); ++i) interrupt(i);
}

Status RunFeed::check_counter(const Entry& entry, const std::string& run) {
  const auto& feed = entry.feed;
  constexpr std::uint64_t enough = 10;  // the first step of a coarse counter may be of a long time
  if (feed.samples() < enough) return {};
  if (entry.most_counted <= Watts{0} || !feed.last_time() || *feed.last_time() <= *feed.first_time())
    return {};
  const Watts mean{feed.counted() / (*feed.last_time() - *feed.first_time())};
  if (mean <= entry.most_counted) return {};
  return fail(ErrorKind::malformed, run,
              "{}: {:.0f} W on average cannot be (the most is {:.0f} W): is its unit right?",
              entry.bounds.name(), mean.value(), entry.most_counted.value());
}

Status RunFeed::end(trace::Run header) {
  auto& summary = report_.runs.emplace_back();
  summary.id = header.info.id;
  summary.samples = samples_;
  double first = std::numeric_limits<double>::infinity();
  double last = -first;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    SinkOutput output(sink_, i);
    auto& feed = channels_[i].feed;
    if (auto ok = settle(i); !ok) return ok;
    if (auto ok = feed.finish(output); !ok) return ok;
    if (auto ok = check_counter(channels_[i], header.info.name); !ok) return ok;
    summary.readings += feed.samples();
    if (channels_[i].energetic) summary.gaps = std::max(summary.gaps, feed.gaps());
    if (!feed.last_time()) continue;
    first = std::min(first, *feed.first_time());
    last = std::max(last, *feed.last_tried());
  }
  if (header.span.length() <= Seconds{0} && last > first) header.span = {Seconds{first}, Seconds{last}};
  open_ = false;
  return sink_.end(marked(std::move(header)));
}

}  // namespace joulecast::formats
