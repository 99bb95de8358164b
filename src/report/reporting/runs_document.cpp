#include <fmt/format.h>

#include "base/text.hpp"
#include "report/reporting/runs_report.hpp"
#include "report/reporting/sections.hpp"
#include "report/runs/run_text.hpp"

namespace joulecast::report {
namespace {

std::string subtitle_of(const session::RunsReport& report) {
  if (report.runs.size() > 1) return fmt::format("{} runs", report.runs.size());
  const auto& run = report.runs.front().summary.run;
  auto text = status_text(run) + " · " + to_text(run.span.length());
  if (run.started) text += " · " + to_iso8601(*run.started);
  if (!run.host.hostname.empty()) text += " · on " + run.host.hostname;
  return text + " · " + run.info.id;
}

void put_run(Document& document, const session::ReportedRun& run, const session::RunsReport& report) {
  for (auto& section :
       {power_section(run), forecast_section(run), epochs_section(run), budget_section(run, report),
        gpus_section(run), choices_section(run), coverage_section(run), environment_section(run)}) {
    document.sections.push_back(section);
    if (report.runs.size() == 1) document.sections.back().level = 1;
  }
}

}  // namespace

Document to_document(const session::RunsReport& report, PaperSection paper) {
  const bool several = report.runs.size() > 1;
  const auto labels = labels_of(report);
  Document document{
      several ? fmt::format("Energy of {} trainings", report.runs.size()) : "Energy of " + labels.front(),
      subtitle_of(report),
      {}};
  if (paper == PaperSection::first) document.sections.push_back(paper_section(report));
  document.sections.push_back(headline_section(report));
  for (auto& section : comparison_sections(report)) document.sections.push_back(std::move(section));
  for (std::size_t i = 0; i < report.runs.size() && report.runs.size() <= session::most_runs_in_full; ++i) {
    if (several) document.sections.push_back({"Run " + labels[i], 1, {}});
    put_run(document, report.runs[i], report);
  }
  if (report.runs.size() > session::most_runs_in_full)
    document.sections.push_back(
        {"The runs one by one",
         1,
         {LeftOut{
             "The course of each run",
             fmt::format("a report of more than {} runs would be too long; joulecast report RUN tells one",
                         session::most_runs_in_full)}}});
  document.sections.push_back(record_section(report));
  if (paper == PaperSection::last) document.sections.push_back(paper_section(report));
  return document;
}

}  // namespace joulecast::report
