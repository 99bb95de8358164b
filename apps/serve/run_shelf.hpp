// Runs with all their readings, kept for a while: whoever pans over a run asks for it again and again.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "session/reporting/power_course.hpp"

namespace joulecast::serve {

class RunShelf {
 public:
  using Kept = std::shared_ptr<const session::PowerHistory>;

  explicit RunShelf(std::string store, const Clock& clock = system_clock())
      : store_(std::move(store)), clock_(&clock) {}

  /// The run that the reference means now. One that is running is read again when what is kept of it is old:
  /// after a second, or ten times as long as reading it took. Errors as store::RunStore.
  [[nodiscard]] Result<Kept> get(const std::string& reference);

 private:
  struct Entry {
    std::string id;
    Kept history;
    std::size_t readings = 0;
    bool running = false;
    SteadyTime until;  ///< if it is running
  };
  [[nodiscard]] Kept kept(const std::string& id, bool running);
  void keep(Entry entry);

  const std::string store_;
  const Clock* clock_;
  std::mutex reading_;  ///< held while a run is read, so that nobody reads the same one beside
  std::mutex mutex_;
  std::list<Entry> entries_;  ///< the latest used first
};

}  // namespace joulecast::serve
