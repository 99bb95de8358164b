// The runs that are recorded now, as far as their store tells: their own processes are not asked.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/run_store.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {

/// All devices of a component that the total consists of.
struct ComponentPower {
  trace::Component component = trace::Component::other;
  std::optional<Joules> energy;  ///< so far; nothing if that of one of them is not known
  /// Mean between its last two readings that looks found; nothing at first, or without news for long. A meter
  /// that is read every ten seconds keeps its power until the next one.
  std::optional<Watts> power;
};

struct RunningRun {
  std::string id;
  std::string name;
  std::string host;
  std::map<std::string, std::string> tags;
  int epochs = 0;  ///< that have ended
  std::optional<WallTime> started;
  Seconds measured{0};           ///< from the run's start to its last stored reading
  std::optional<Joules> energy;  ///< by then
  /// Of its components together; nothing while that of one of them is not known.
  std::optional<Watts> power;
  std::vector<ComponentPower> components;
  bool work_is_done = false;  ///< all that was announced: no forecast tells what still comes
  /// The latest forecast of the total.
  std::optional<trace::Projection> projection;
  /// What the run may use, as its tag "budget" says: "2kWh".
  std::optional<Joules> budget;
};

struct RunningRuns {
  std::vector<RunningRun> runs;  ///< the latest first
  /// Runs that have ended since the look before, also those that began after it.
  std::vector<store::RunRow> ended;
  std::vector<std::string> removed;  ///< ids of runs that are no longer in the store
  std::size_t left_out = 0;          ///< runs beyond those
  bool store_answers = true;         ///< a store that does not exist yet is an empty one
  std::string trouble;               ///< why the store does not answer; one line
};

/// Looks at the store again and again. Used by one thread.
class RunningRunsWatch {
 public:
  /// `store` is a path or address, "" = the user's own. Only runs of the machine called `host` are looked at
  /// ("" = of any), and of those at most `most`. `clock` must outlive the watch.
  RunningRunsWatch(std::string store, std::string host, std::size_t most,
                   const Clock& clock = system_clock());

  [[nodiscard]] RunningRuns look();

 private:
  /// A device's meter at the last look that found new readings of it.
  struct Seen {
    Joules energy{0};
    Seconds counted{0};  ///< the time whose energy that is: meters are read at times of their own
    std::optional<Watts> power;
    SteadyTime looked;
    Seconds since_before{0};  ///< of `counted`; 0 = it is the first look
  };
  using SeenMeters = std::map<std::string, Seen>;  ///< by channel
  [[nodiscard]] Result<RunningRun> look_at(const store::RunStore& store, const store::RunRow& row);
  [[nodiscard]] static std::optional<Watts> power_of(Seen& seen, const trace::ComponentEnergy& row,
                                                     SteadyTime looked);
  void put_components(RunningRun& run, const trace::RunEnergy& energy);
  void find_ended(const store::RunStore& store, WallTime looked, RunningRuns& now);

  std::string store_;
  std::string host_;
  std::size_t most_;
  const Clock* clock_;
  std::map<std::string, SeenMeters> seen_;  ///< by id; those with readings
  std::vector<std::string> running_;        ///< ids at the last look
  std::optional<WallTime> looked_;          ///< when the last look began
  std::vector<std::string> told_ended_;     ///< of the runs that began since the look before it
};

}  // namespace joulecast::session
