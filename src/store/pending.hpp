// What a run's writer still has to write. Internal to the store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/samples.hpp"
#include "store/sqlite.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

struct Pending {
  std::map<int, Column> columns;
  std::vector<std::pair<std::size_t, trace::Channel>> channels;  ///< new ones by number
  std::vector<std::pair<int, trace::Span>> gaps;
  std::map<std::size_t, trace::Epoch> epochs;
  std::vector<trace::MetricPoint> metrics;
  std::vector<trace::Projection> projections;
  std::map<std::string, trace::SensorStatus> sensors;
  std::vector<std::string> notes;
  std::optional<Seconds> sampler_cpu;
  std::optional<Watts> idle_baseline;
  std::optional<std::pair<trace::RunInfo, trace::HostInfo>> description;
  std::optional<Seconds> latest;  ///< the last time that anything here speaks of
  std::size_t bytes = 0;          ///< of samples, roughly

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t samples() const;
  void saw(Seconds time) { latest = latest ? std::max(*latest, time) : time; }
  /// What came later joins what still waits.
  void take(Pending&& later);
  /// Everything but the notes, which are one column of the run: the writer keeps them whole.
  void write(Transaction& transaction, std::int64_t run, std::int64_t journal_number,
             std::span<const trace::Channel> all_channels) const;
};

}  // namespace joulecast::store
