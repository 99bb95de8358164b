// joulecast jobs: what the jobs of a batch system used.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "formats/sacct.hpp"
#include "report/runs/jobs_report.hpp"
#include "run/tool_output.hpp"
#include "session/runs/job_energy.hpp"

namespace joulecast::cli {
namespace {

struct JobsOptions {
  session::JobRequest request;
  std::string by = "job";
  std::string sacct = "auto";
  std::string json;
};

constexpr Seconds sacct_patience{5};
/// More would not fit into a command line.
constexpr std::size_t most_named_jobs = 2000;

session::JobGroup group_of(const std::string& by) {
  if (by == "user") return session::JobGroup::user;
  if (by == "account") return session::JobGroup::account;
  if (by == "month") return session::JobGroup::month;
  return session::JobGroup::job;
}

/// Asks for the jobs by their numbers, or for all of their time where there are too many of them.
std::vector<std::string> sacct_command(const session::JobReport& report) {
  std::vector<std::string> command{"sacct",        "--parsable2",
                                   "--noheader",   "--allusers",
                                   "--duplicates", fmt::format("--format={}", formats::sacct_columns)};
  std::string jobs;
  std::size_t named = 0;
  for (const auto& job : report.jobs)
    if (job.job.find_first_not_of("0123456789") == std::string::npos)
      jobs += (named++ == 0 ? "" : ",") + job.job;
  if (named > 0 && named <= most_named_jobs) {
    command.push_back("--jobs=" + jobs);
  } else if (report.total.begin && report.total.end) {
    // A day more at each end, since sacct reads local times.
    constexpr std::int64_t day_ns = 86'400'000'000'000;
    command.push_back("--starttime=" + to_iso8601(WallTime{report.total.begin->ns - day_ns}).substr(0, 19));
    command.push_back("--endtime=" + to_iso8601(WallTime{report.total.end->ns + day_ns}).substr(0, 19));
  }
  return command;
}

/// Puts Slurm's own account beside ours. Returns why there is none; "" = there is one.
std::string ask_sacct(const JobsOptions& options, session::JobReport& report) {
  if (options.sacct == "never" || report.jobs.empty()) return {};
  const auto printed = run::output_of(sacct_command(report), sacct_patience);
  auto jobs = printed ? formats::read_sacct(*printed) : propagate(printed.error());
  if (!jobs) {
    if (jobs.error().kind == ErrorKind::unavailable) return "there is no sacct here";
    return to_string(jobs.error());
  }
  session::join_sacct(report, *jobs);
  return {};
}

int jobs(JobsOptions& options) {
  options.request.by = group_of(options.by);
  auto report = session::job_energy(options.request);
  if (!report) return report_error(report.error());
  for (const auto& line : report->unread) note(line + ": its jobs are not counted");
  const auto reason = ask_sacct(options, *report);
  if (!reason.empty()) note(reason + ": Slurm's own account is not shown");
  return report_result(
      options.json, [&] { return report::to_text(*report); },
      [&] { return report::to_json_text(*report, reason); });
}

std::function<int()> define_jobs(Arguments app) {
  auto options = std::make_shared<JobsOptions>();
  auto& request = options->request;
  app.add_option("--user", request.user, "Only jobs of this user").type_name("NAME");
  app.add_option("--account", request.account, "Only jobs of this account").type_name("NAME");
  app.add_option("--partition", request.partition, "Only jobs of this partition, or queue").type_name("NAME");
  app.add_option("--since", request.since,
                 "Only runs since then: 7d, 12h, 2026-01-31, 2026-01-31T12:00 (UTC)")
      .type_name("TIME");
  app.add_option("--until", request.until, "Only runs that began before then").type_name("TIME");
  app.add_option("--by", options->by, "What is added up")
      .one_of({"job", "user", "account", "month"})
      .show_default();
  app.add_option("--sacct", options->sacct, "Whether to ask Slurm for its own account of the jobs")
      .one_of({"auto", "never"})
      .show_default();
  add_store_option(app, request.store);
  add_json_option(app, options->json);
  add_place_options(app, request.place);
  return [options] { return jobs(*options); };
}

}  // namespace

extern const Command jobs_command{"jobs", "What the jobs of a batch system used", "Look back", define_jobs};

}  // namespace joulecast::cli
