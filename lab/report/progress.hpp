// Shows how a campaign goes: one line that is drawn anew on a terminal, and a line for each run that ended.
#pragma once

#include <mutex>
#include <string>

#include "base/descriptor.hpp"
#include "lab/runner/campaign.hpp"

namespace joulecast::lab {

class CampaignProgress final : public CampaignWatcher {
 public:
  /// Shows it on standard error as it is now. `quiet`: only what the user should read.
  explicit CampaignProgress(bool quiet);
  ~CampaignProgress() override;

  void says(const std::string& line) override;
  void run_begins(const RunSetup& setup, const Position& position) override;
  void ticked(const measure::Live& live) override;
  void run_ended(const RunSetup& setup, const RunEnded& run) override;
  void waits(const std::string& what, Seconds at_most_left) override;

 private:
  void draw(const std::string& line);
  void write_line(const std::string& line);

  std::mutex mutex_;
  Descriptor output_;  ///< standard error itself, which goes elsewhere while a command runs
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  std::string title_;
  Position position_;
};

/// "12 of 60 · resnet18, 32 · 3 min 05 s of about 5 min · ends 14:05 · 1.2 of 50 kWh".
[[nodiscard]] std::string progress_line(const std::string& title, const Position& position, Seconds elapsed,
                                        std::optional<Joules> used, WallTime now);

}  // namespace joulecast::lab
