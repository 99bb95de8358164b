// Stores a finished run piece by piece, as an importer reads it: memory does not grow with the run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// One run after the other: begin, its parts in any mixture, finish. A run is in the store whole or not at
/// all; one that is not finished leaves nothing behind. The store must outlive this and is locked for writers
/// while a run is open.
class RunImport {
 public:
  explicit RunImport(Store& store);
  ~RunImport();
  RunImport(const RunImport&) = delete;
  RunImport& operator=(const RunImport&) = delete;

  [[nodiscard]] Result<bool> contains(const std::string& id);

  /// Under header.info.id where that is usable, else under a new id. invalid where the id is taken.
  [[nodiscard]] Status begin(const trace::Run& header);
  /// Channels are numbered from 0 in the order of these calls.
  void channel(const trace::Channel& channel);
  /// Values as in trace::Trace: finite, and times rise from call to call.
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values);
  void gap(std::size_t channel, trace::Span span);
  void epoch(const trace::Epoch& epoch);
  void metric(const trace::MetricPoint& point);
  /// The header again, with what was learned since. Returns the id. The first failure of any call since
  /// begin.
  [[nodiscard]] Result<std::string> finish(const trace::Run& header);

 private:
  struct Open;
  void flush();
  Store& store_;
  std::unique_ptr<Open> open_;
};

}  // namespace joulecast::store
