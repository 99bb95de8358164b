// What the runs that made a model cost, for its model card or its regulator: `joulecast disclose`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/place.hpp"
#include "base/result.hpp"
#include "session/runs/run_summary.hpp"

namespace joulecast::session {

/// What the store cannot know is the user's to say; "" = not said.
struct DisclosureRequest {
  std::string store;              ///< path or address; "" = the user's own
  std::vector<std::string> runs;  ///< all that made the model; empty = the latest
  Place place;
  std::string model;           ///< its name; "" = the first run's
  std::string training_type;   ///< "pre-training" or "fine-tuning"
  std::string task;            ///< "image classification"
  std::string data;            ///< kind of the data: "image", "text", "tabular" …
  std::string infrastructure;  ///< "publicCloud", "privateCloud", "onPremise", "other"
};

struct Disclosure {
  std::vector<RunSummary> runs;  ///< in the order of the request
  std::string model;
  std::string training_type, task, data, infrastructure;
  WallTime made;

  // Of all runs together; nothing where one of them does not know it.
  std::optional<Joules> energy;
  /// 90 % interval, as wide as if all runs erred in the same direction, since they share their meters.
  /// Nothing where one of them states none.
  std::optional<Joules> low, high;
  std::optional<GramsCO2e> emissions;
  Provenance provenance = Provenance::missing;  ///< of the worst part of the energy
  std::vector<std::string> missing;             ///< components that are not in it, each once
};

/// What is known of the training: as it was described or tagged, and the epochs that were heard where neither
/// says their number.
[[nodiscard]] trace::TrainingDescription training_of(const RunSummary& summary);

/// Errors as store::RunStore; invalid for a run that is still running, and for the same run twice.
[[nodiscard]] Result<Disclosure> disclose_runs(const DisclosureRequest& request,
                                               const Clock& clock = system_clock());

}  // namespace joulecast::session
