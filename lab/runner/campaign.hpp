// Carries out a campaign: every run of the plan that is not done, in its order, until all are done, the
// budget does not suffice, or the user wants to stop.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/campaign/journal.hpp"
#include "lab/execute/executor.hpp"
#include "lab/forecast/forecast.hpp"
#include "lab/runner/schedule.hpp"

namespace joulecast::lab {

struct CampaignOptions {
  std::string store;                  ///< path or address; "" = the user's own
  bool allow_busy = false;            ///< run although other programs keep the machine busy
  bool retry = false;                 ///< make again what has failed for good
  std::vector<Levels> retry_cells{};  ///< of cells with one of these alone; empty = of all
  /// See Schedule. Nothing = by the plan's own rule.
  NeedsMore needs_more;
};

/// Where a campaign stands when a run begins.
struct Position {
  std::size_t ended = 0;  ///< runs of this campaign, references included
  std::size_t left = 0;   ///< at most, with the one that begins
  Joules spent{0};
  std::optional<Joules> budget;
  std::optional<Seconds> time_left;  ///< expected, with pauses; nothing if not known
  std::optional<Seconds> run_takes;  ///< this one, as expected
};

/// Hears how a campaign goes. ticked() comes from another thread.
class CampaignWatcher {
 public:
  virtual ~CampaignWatcher() = default;
  /// A line that the user should read.
  virtual void says(const std::string& /*line*/) {}
  virtual void run_begins(const RunSetup& /*setup*/, const Position& /*position*/) {}
  virtual void ticked(const measure::Live& /*live*/) {}
  virtual void run_ended(const RunSetup& /*setup*/, const RunEnded& /*run*/) {}
  /// Warming up, cooling down, or waiting to try again.
  virtual void waits(const std::string& /*what*/, Seconds /*at_most_left*/) {}
};

enum class CampaignEnd {
  all_done,
  interrupted,  ///< by the user
  budget,       ///< the next run would have exceeded it
};

struct CampaignResult {
  CampaignEnd end = CampaignEnd::all_done;
  std::size_t runs = 0;  ///< that were made by this call
  CampaignState state;   ///< afterwards
};

/// Everything that an executor is made of once the campaign's store is known.
using MakeExecutor = std::function<std::unique_ptr<Executor>(const Plan& plan, const std::string& store)>;

/// invalid for a plan whose command does not exist, for a campaign that another process is running, or that
/// began in another store; retry for a busy machine, or a journal that cannot be written.
[[nodiscard]] Result<CampaignResult> run_campaign(const Plan& plan, const CampaignOptions& options,
                                                  const MakeExecutor& make_executor,
                                                  CampaignWatcher& watcher);

/// The store of a campaign as an address that does not depend on the working folder.
[[nodiscard]] Result<std::string> absolute_store(const std::string& store);

}  // namespace joulecast::lab
