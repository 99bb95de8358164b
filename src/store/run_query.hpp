// What can be asked of a store, and how a run stands in the answer.
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
  std::optional<std::string> value;  ///< nothing: any value
};

enum class RunSorting { started, energy, duration, name };

/// Which runs, in which order, and which part of them. An empty text or list asks for nothing.
struct RunQuery {
  std::string name = {};               ///< the whole name; * stands for any characters, ? for one
  std::vector<TagFilter> tags = {};    ///< a run has all of them
  std::optional<WallTime> since = {};  ///< it began then or later
  std::optional<WallTime> until = {};  ///< it began before
  std::optional<trace::RunStatus> status = {};
  std::string host = {};  ///< name of the machine that it ran on
  /// Runs whose energy, duration or start is not known come last either way; one that still runs has no
  /// energy and no duration yet.
  RunSorting sorting = RunSorting::started;
  bool descending = true;
  std::optional<std::size_t> limit = {};  ///< at most so many runs
  std::size_t offset = 0;                 ///< after so many that are passed over
};

/// A run in a list: no samples are read for it.
struct RunRow {
  std::string id;
  std::string name;
  trace::RunStatus status = trace::RunStatus::running;
  std::optional<int> exit_status;
  std::optional<WallTime> started;
  Seconds duration{0};
  std::optional<Joules> energy;  ///< total; nothing where nothing was measured or modelled
  Provenance provenance = Provenance::missing;
  std::vector<std::string> missing;  ///< components that the total lacks
  std::vector<std::string> command;
  std::map<std::string, std::string> tags;
  std::string architecture;
  int epochs = 0;
  /// Of a running run that only its own machine could judge: its last sign, where that is old.
  std::optional<WallTime> last_heard;
};

/// The run that a person's words mean.
struct RunChoice {
  std::string id;
  std::size_t namesakes = 1;  ///< runs that have the name that was given; this is the latest of them
};

}  // namespace joulecast::store
