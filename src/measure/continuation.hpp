// A measurement that goes on with an earlier run: which run that is, and what the training used and did
// before. Whatever speaks against it only makes the measurement a run of its own; the training runs in any
// case.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "estimate/online/run_projector.hpp"
#include "store/run_store.hpp"
#include "trace/run.hpp"

namespace joulecast::measure {

/// How the user names the training that goes on. Where nothing is named, a job that was requeued and a launch
/// that began again go on with what they measured before.
struct ContinueOptions {
  std::string run = {};  ///< a run's name, id …; the name of a new run if there is none
  /// A folder with the training's checkpoints. A file in it names the run (checkpoint_mark).
  std::filesystem::path checkpoints = {};
  /// The run is left to this measurement by another process, which ends it now (node_measurement.hpp).
  bool is_left_to_us = false;
  /// Whether a requeued job, or a launch that began again, goes on where nothing is named. Not so where each
  /// run is to be one of its own, as in a campaign.
  bool by_itself = true;
};

/// The file beside the checkpoints that names the training's first run.
constexpr const char* checkpoint_mark = "joulecast-run";

/// What a training used and did before this measurement. Times are those of training: without the time
/// between its segments.
struct Earlier {
  std::string run;       ///< id of the segment that is gone on with
  std::string training;  ///< id of the first segment
  std::string name;
  std::map<std::string, std::string> tags;
  std::size_t segments = 0;
  Seconds duration{0};
  std::optional<Joules> energy;       ///< nothing if none of it was measured
  std::optional<trace::Phase> phase;  ///< the last one
  std::optional<int> first_epoch;     ///< the number of the training's very first epoch
  /// The work of that phase in the order in which it was done, for the forecast.
  std::vector<estimate::Movement> movements;
};

struct Continuation {
  std::optional<Earlier> earlier;  ///< nothing: it is a run of its own
  std::string name;                ///< for a run that begins a training of this name; "" = as it is
  std::vector<std::string> told;   ///< lines for the user and for the run's notes
};

/// Whether there may be an earlier run to look for.
[[nodiscard]] bool may_go_on(const ContinueOptions& options, const trace::Run& header);
/// Looks in the store for the run that `header` goes on with.
[[nodiscard]] Continuation find_continuation(const store::RunStore& store, const ContinueOptions& options,
                                             const trace::Run& header);

/// Two that begin at once both find the earlier run free. Whether `id`, which has begun to go on with
/// `earlier`, may do so; if not, another does, and the same energy would be counted twice. Waits a moment for
/// one that has to give way.
[[nodiscard]] bool is_alone_in_going_on(const store::RunStore& store, const std::string& id,
                                        const std::string& earlier);

/// The header of a run that goes on like this. A training has one name; its tags stay unless they are given
/// anew.
[[nodiscard]] trace::Run continued(trace::Run header, const Continuation& continuation);

/// Writes the mark, once there are checkpoints: a folder that is empty, or that does not exist yet, is the
/// training's to judge. Returns whether it stands; an error is one that will not pass.
[[nodiscard]] Result<bool> mark_checkpoints(const std::filesystem::path& folder, const std::string& training);

}  // namespace joulecast::measure
