// What an earlier `lab run` has left unclear: runs that had begun, runs whose journal is lost, and processes.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/roots.hpp"
#include "lab/campaign/state.hpp"
#include "store/run_store.hpp"

namespace joulecast::lab {

/// The record that `lab run --retry` puts into the journal; nothing where nothing has failed. `only`: in
/// cells with one of these levels; empty = in any.
[[nodiscard]] std::optional<RetryWished> retry_of(const Plan& plan, const CampaignState& state,
                                                  const std::vector<Levels>& only);

/// What is known of a campaign: its journal's records, or, where that has no run, the store's runs. `store`:
/// "" = the campaign's own. Errors as read_journal().
[[nodiscard]] Result<CampaignState> known_state(const Plan& plan, const std::string& store);

/// What the store knows of runs that began and whose end is not in the journal: a run that had ended before
/// the lab was killed is kept, any other is interrupted.
[[nodiscard]] Result<std::vector<RunEnded>> clear_up(const store::RunStore& store, const Plan& plan,
                                                     const std::vector<RunBegun>& unclear);

/// The campaign's runs in the store, the oldest first: for a journal that is not there any more. invalid if
/// another plan has made runs under this name.
[[nodiscard]] Result<std::vector<RunEnded>> runs_in_store(const store::RunStore& store, const Plan& plan);

/// Processes of this user that carry the campaign's variable: of a run whose lab was killed.
[[nodiscard]] std::vector<pid_t> left_processes(const Roots& roots, const std::string& journal);

}  // namespace joulecast::lab
