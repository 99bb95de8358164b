// Queries to a store, and the form in which runs are listed in the answer.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/provenance.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

struct TagFilter {
  std::string name;
  std::optional<std::string> value;  ///< nothing = any value
};

enum class RunSorting { started, energy, duration, name };

/// Which runs to look at, where a training may consist of several (RunRow::continues).
enum class Segments {
  each,  ///< every run
  none,  ///< runs that are a training of their own
  part,  ///< runs that go on with another, or with which another goes on
  last,  ///< of these, the ones with which none goes on
};

/// Selects and sorts runs. An empty text or list does not restrict the selection.
struct RunQuery {
  std::string name = {};               ///< matches the whole name; * stands for any characters, ? for one
  std::string search = {};             ///< part of the id, name, command or network, in upper or lower case
  std::vector<TagFilter> tags = {};    ///< the run must have all of them
  std::optional<WallTime> since = {};  ///< began at this time or later
  std::optional<WallTime> until = {};  ///< began before this time
  std::optional<trace::RunStatus> status = {};
  std::string host = {};  ///< name of the machine that the run ran on
  Segments segments = Segments::each;
  std::string continues = {};  ///< goes on with the run of this id
  std::string job_key = {};    ///< trace::key_of() of its job
  /// Runs with an unknown energy, duration or start come last in both directions. A run that is still running
  /// has no energy or duration yet.
  RunSorting sorting = RunSorting::started;
  bool descending = true;
  std::optional<std::size_t> limit = {};  ///< return at most this many runs
  std::size_t offset = 0;                 ///< after skipping this many
};

/// A run in a list. Filling it does not read samples.
struct RunRow {
  std::string id;
  std::string name;
  trace::RunStatus status = trace::RunStatus::running;
  std::optional<int> exit_status;
  std::optional<WallTime> started;
  Seconds duration{0};
  std::optional<Joules> energy;  ///< total; nothing if no energy was measured or modelled
  Provenance provenance = Provenance::missing;
  std::vector<std::string> missing;  ///< components that are not part of the total
  std::optional<double>
      coverage;  ///< share of the time with readings: trace::RunEnergy's; nothing = not known
  std::optional<Seconds> not_measured;  ///< time of which the total counts nothing, if it is worth telling
  std::vector<std::string> command;
  std::map<std::string, std::string> tags;
  std::string architecture;
  std::string host;
  int epochs = 0;
  trace::Job job;            ///< of the process that measured
  std::string continues;     ///< id of the run that it goes on with; "" = none
  std::size_t segments = 1;  ///< of the training, where it is listed as one (session/runs/joined_store.hpp)
  /// The last heartbeat, if it is old. Only for a running run that only its own machine could judge.
  std::optional<WallTime> last_heard;
};

/// Runs that have something in common, such as their machine.
struct RunSum {
  std::string name;                ///< of the machine, or value of the tag; "" = not said
  std::size_t ended = 0;           ///< runs that have ended
  std::size_t running = 0;         ///< their energy is not in `energy`
  Joules energy{0};                ///< of the ended runs whose energy is known
  std::size_t without_energy = 0;  ///< ended runs whose energy is not known
};

/// Each by falling energy, every run once in each.
struct RunSums {
  std::vector<RunSum> hosts;
  std::map<std::string, std::vector<RunSum>> tags;  ///< of each tag that was asked for, by its values
};

/// The run that a user's reference means.
struct RunChoice {
  std::string id;
  std::size_t namesakes = 1;  ///< number of runs with the given name; this one is the latest
  std::size_t segments = 1;   ///< see RunRow
};

}  // namespace joulecast::store
