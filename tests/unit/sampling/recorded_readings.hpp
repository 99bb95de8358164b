// Readings as tests of the recorder make them, and what it passes on.
#pragma once

#include <span>
#include <vector>

#include "sampling/recorder.hpp"
#include "support/scripted_sensor.hpp"

namespace joulecast::sampling {

struct MemorySink : trace::NullSink {
  std::vector<trace::Trace> traces = std::vector<trace::Trace>(4);
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override {
    traces[channel].times.insert(traces[channel].times.end(), times.begin(), times.end());
    traces[channel].values.insert(traces[channel].values.end(), values.begin(), values.end());
  }
  void gap(std::size_t channel, trace::Span span) override { traces[channel].gaps.push_back(span); }
};

inline SteadyTime at(double seconds) {
  return SteadyTime{1'000'000'000} + Seconds{seconds};
}

inline RawSample value(double seconds, trace::RawValue raw) {
  RawSample sample;
  sample.time = at(seconds);
  sample.value = raw;
  return sample;
}

inline RawSample failure(double seconds, RawSample::Kind kind = RawSample::Kind::failed) {
  RawSample sample;
  sample.time = at(seconds);
  sample.kind = kind;
  return sample;
}

inline const sensors::SensorType fast_type{"fast",  "",     sensors::Lane::fast, Seconds{0.001}, {}, {},
                                           nullptr, nullptr};
inline const sensors::SensorType slow_type{"slow",  "",     sensors::Lane::slow, Seconds{0.001}, {}, {},
                                           nullptr, nullptr};

}  // namespace joulecast::sampling
