// Many runs that are recorded at once on a server, as many trainings would: writers URL NUMBER SECONDS
// [END_SECONDS] Each has four channels with a reading a second, and an epoch every five seconds. Afterwards
// every reading is read back. Prints one line of JSON; its exit status is 0 if no reading is lost or doubled.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "store/run_store.hpp"

namespace {

using namespace joulecast;
using SteadyClock = std::chrono::steady_clock;

constexpr int channels = 4;

trace::Run header_of(int number) {
  trace::Run run;
  run.info.name = fmt::format("writer {}", number);
  run.host.hostname = fmt::format("node{}", number);
  return run;
}

trace::Channel channel_of(int number) {
  trace::Channel channel;
  channel.name = fmt::format("gpu{}_power", number);
  channel.sensor = "made up";
  channel.quantity = trace::Quantity::power;
  channel.behaviour = trace::Behaviour::gauge;
  channel.component = trace::Component::gpu;
  channel.device = std::to_string(number);
  channel.resolution = 1e-3;
  return channel;
}

double value_at(int writer, int channel, int second) {
  return 100 + writer + 0.25 * channel + 0.001 * second;
}

/// Whether the stored run has just these readings.
bool is_whole(const trace::Run& run, int writer, int seconds) {
  if (run.traces.size() != channels) return false;
  for (int channel = 0; channel < channels; ++channel) {
    const auto& trace = run.traces[static_cast<std::size_t>(channel)];
    if (trace.values.size() != static_cast<std::size_t>(seconds)) return false;
    for (int second = 0; second < seconds; ++second)
      if (std::abs(trace.values[static_cast<std::size_t>(second)] - value_at(writer, channel, second)) > 1e-9)
        return false;
  }
  return true;
}

int measure(const std::string& url, int number, int seconds, Seconds finish) {
  std::vector<std::unique_ptr<store::RunWriter>> writers;
  for (int i = 0; i < number; ++i) {
    auto writer = store::RunStore::record_in(url, header_of(i), {}, {.finish_timeout = finish});
    if (!writer) return fmt::print(stderr, "{}\n", to_string(writer.error())), 2;
    for (int channel = 0; channel < channels; ++channel) (*writer)->channel(channel_of(channel));
    writers.push_back(std::move(*writer));
  }
  const auto start = SteadyClock::now();
  double longest_call = 0;
  for (int second = 0; second < seconds; ++second) {
    std::this_thread::sleep_until(start + std::chrono::seconds(second));
    for (int i = 0; i < number; ++i) {
      const auto before = SteadyClock::now();
      const double time = second;
      for (int channel = 0; channel < channels; ++channel) {
        const double value = value_at(i, channel, second);
        writers[static_cast<std::size_t>(i)]->append(static_cast<std::size_t>(channel), {&time, 1},
                                                     {&value, 1});
      }
      longest_call =
          std::max(longest_call, std::chrono::duration<double>(SteadyClock::now() - before).count());
    }
  }
  std::vector<std::string> ids;
  std::vector<std::thread> enders;  // every training ends for itself
  for (int i = 0; i < number; ++i) {
    ids.push_back(writers[static_cast<std::size_t>(i)]->id());
    enders.emplace_back([&, i] {
      auto header = header_of(i);
      header.status = trace::RunStatus::finished;
      header.span = {Seconds{0}, Seconds{static_cast<double>(seconds)}};
      (void)writers[static_cast<std::size_t>(i)]->end(header);
    });
  }
  const auto ending = SteadyClock::now();
  for (auto& ender : enders) ender.join();
  const double end_s = std::chrono::duration<double>(SteadyClock::now() - ending).count();
  int waiting = 0;
  std::uint64_t dropped = 0;
  for (const auto& writer : writers) waiting += writer->waiting() ? 1 : 0, dropped += writer->dropped();
  writers.clear();
  const auto store = store::RunStore::open(url);  // brings what still waits
  if (!store) return fmt::print(stderr, "{}\n", to_string(store.error())), 2;
  int whole = 0;
  for (int i = 0; i < number; ++i) {
    const auto run = (*store)->load(ids[static_cast<std::size_t>(i)]);
    whole += run && run->status == trace::RunStatus::finished && is_whole(*run, i, seconds) ? 1 : 0;
  }
  const auto stored = (*store)->count().value_or(0);
  fmt::print(
      "{{\"writers\": {}, \"seconds\": {}, \"whole\": {}, \"stored\": {}, \"dropped\": {}, "
      "\"waited_at_end\": {}, "
      "\"end_s\": {:.2f}, \"longest_call_ms\": {:.2f}, \"still_waiting\": {}}}\n",
      number, seconds, whole, stored, dropped, waiting, end_s, 1000 * longest_call, store::waiting_runs());
  return whole == number && dropped == 0 && store::waiting_runs() == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) return 2;
  const double finish = count > 4 ? std::atof(words[4]) : 20;
  return measure(words[1], std::atoi(words[2]), std::atoi(words[3]), Seconds{finish});
}
