// Where a RunWriter's thread puts what waits: one for each kind of database. Internal to the store.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "store/closing.hpp"
#include "store/pending.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// Used by one thread at a time.
class LiveRun {
 public:
  virtual ~LiveRun() = default;

  /// What the first commit begins the run with.
  virtual void begin(const trace::Run& header) = 0;
  /// One transaction, all or nothing: whatever waits, a sign of life, and, where `closing` says how, the end.
  /// retry where the same may work later; gone where the run was removed.
  [[nodiscard]] virtual Status commit(const Pending& pending, const std::optional<Closing>& closing) = 0;
  /// How long a commit waits for other programs.
  virtual void set_patience(Seconds patience) = 0;
  [[nodiscard]] virtual const std::string& where() const = 0;
};

/// The header under a new id, running, with a start.
[[nodiscard]] trace::Run begun(const trace::Run& header, const Clock& clock);

}  // namespace joulecast::store
