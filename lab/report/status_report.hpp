// Where a campaign stands, for people and programs.
#pragma once

#include <string>

#include "lab/forecast/status.hpp"
#include "lab/runner/campaign.hpp"

namespace joulecast::lab {

/// `dry`: the plan is only looked at, so that what it will cost comes first.
[[nodiscard]] std::string to_text(const CampaignStatus& status, bool dry);
[[nodiscard]] std::string to_json_text(const CampaignStatus& status);
/// The same with how a call of `lab run` ended.
[[nodiscard]] std::string to_json_text(const CampaignStatus& status, const CampaignResult& result);

/// "12.3 kJ (11.0 to 13.7 kJ)".
[[nodiscard]] std::string energy_text(const Figure& joules);
[[nodiscard]] std::string duration_text(const Figure& seconds);
[[nodiscard]] std::string_view name_of(CampaignEnd end);

}  // namespace joulecast::lab
