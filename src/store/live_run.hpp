// Where a RunWriter's thread writes pending data, with one implementation per kind of database. Internal to
// the store.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "store/closing.hpp"
#include "store/pending.hpp"
#include "store/run_writer.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

/// Why a run leaves its store.
enum class Leaving {
  lost,    ///< its file or log seems not to be what it was
  locked,  ///< it takes nothing, and stays as it is
};

/// Used by one thread at a time.
class LiveRun {
 public:
  virtual ~LiveRun() = default;

  /// Sets the header with which the first commit begins the run.
  virtual void begin(const trace::Run& header) = 0;
  /// Writes the pending data and a heartbeat in one transaction, and closes the run if `closing` is given.
  /// retry if the same call may succeed later; gone if the run was removed.
  [[nodiscard]] virtual Status commit(const Pending& pending, const std::optional<Closing>& closing) = 0;
  /// Keeps readings so that a killed process does not lose them; the next commit takes them in. Fails if only
  /// a commit can keep them, as at the beginning of a run; nothing is kept then.
  [[nodiscard]] virtual Status append(const Pending& readings) = 0;
  /// unavailable or malformed if the store's file was removed, replaced or overwritten.
  [[nodiscard]] virtual Status look() = 0;
  /// Goes on in another store under the same id, with what the old store still shows of the run. Returns
  /// whether that is everything.
  [[nodiscard]] virtual Result<bool> move_to(const std::string& store, Leaving why) = 0;
  /// Sets how long a commit waits for other programs.
  virtual void set_patience(Seconds patience) = 0;
  [[nodiscard]] virtual const std::string& where() const = 0;
  /// Nothing if the store has, or will soon have, what was committed.
  [[nodiscard]] virtual std::optional<Waiting> waiting() const { return std::nullopt; }
};

/// Copies the header with a new id, status running and a start time.
[[nodiscard]] trace::Run begun(const trace::Run& header, const Clock& clock);

}  // namespace joulecast::store
