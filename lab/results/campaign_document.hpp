// The report of a campaign as a document: a page, Markdown, text or LaTeX; and its cells as CSV.
#pragma once

#include "lab/results/campaign_report.hpp"
#include "report/document/document.hpp"

namespace joulecast::lab {

[[nodiscard]] report::Document to_document(const CampaignReport& report);
/// One row for each cell.
[[nodiscard]] std::string to_csv(const CampaignReport& report);

// The sections, each in a file of its own. One without anything to tell has no blocks.
[[nodiscard]] report::Section headline_section(const CampaignReport& report);
[[nodiscard]] report::Section cells_section(const CampaignReport& report);
[[nodiscard]] report::Section repetitions_section(const CampaignReport& report);
[[nodiscard]] std::vector<report::Section> statistics_sections(const CampaignReport& report);
[[nodiscard]] std::vector<report::Section> tradeoff_sections(const CampaignReport& report);
[[nodiscard]] std::vector<report::Section> courses_sections(const CampaignReport& report);
[[nodiscard]] report::Section failures_section(const CampaignReport& report);
[[nodiscard]] report::Section drift_section(const CampaignReport& report);
[[nodiscard]] report::Section conditions_section(const CampaignReport& report);
[[nodiscard]] report::Section method_section(const CampaignReport& report);

}  // namespace joulecast::lab
