#include "report/runs/jobs_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_writer.hpp"
#include "report/phrases.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using session::JobEnergy;
using session::JobGroup;
using session::JobSum;

std::string energy_cell(const JobSum& sum) {
  return sum.energy ? to_text(to_kilowatt_hours(*sum.energy)) : "unknown";
}

std::string carbon_cell(const JobSum& sum) {
  if (!sum.carbon) return "";
  return to_text(*sum.carbon) + (sum.without_place > 0 ? " of a part" : "");
}

/// Where the figure comes from, and what it lacks.
std::string remark_on(const JobSum& sum) {
  std::vector<std::string> remarks;
  if (sum.energy) remarks.emplace_back(name_of(sum.provenance));
  constexpr double nearly_all = 0.95;
  if (sum.energy && sum.coverage < nearly_all)
    remarks.push_back(percent(sum.coverage) + " of the time measured");
  if (sum.running > 0) remarks.push_back(fmt::format("{} still running", sum.running));
  if (sum.energy && sum.without_energy > 0)
    remarks.push_back(fmt::format("without {} of the runs", sum.without_energy));
  if (sum.left_out > 0)
    remarks.push_back(
        fmt::format("{} run{} of a node that another run measured at the same time not added ({})",
                    sum.left_out, sum.left_out == 1 ? "" : "s", to_text(sum.left_out_energy)));
  return join(remarks, ", ");
}

/// Of a job, also the nodes that are missing.
std::string remark_on(const JobEnergy& job) {
  auto remark = remark_on(job.sum);
  const char* comma = remark.empty() ? "" : ", ";
  if (job.missing.empty() && job.unreported > 0)
    return remark + fmt::format("{}without {} node{}, which never reported", comma, job.unreported,
                                job.unreported == 1 ? "" : "s");
  if (job.missing.empty()) return remark;
  constexpr std::size_t most_named = 4;
  const auto named = std::min(job.missing.size(), most_named);
  auto nodes = join({job.missing.begin(), job.missing.begin() + static_cast<std::ptrdiff_t>(named)}, ", ");
  if (job.missing.size() > named) nodes += fmt::format(" and {} more", job.missing.size() - named);
  return remark + comma + "without " + printable(nodes) + ", which never reported";
}

std::optional<double> difference_of(const JobEnergy& job) {
  if (!job.slurm || !job.slurm->energy || !job.sum.energy) return std::nullopt;
  return 100 * (*job.sum.energy / *job.slurm->energy - 1);
}

std::string slurm_cell(const JobEnergy& job) {
  return job.slurm && job.slurm->energy ? to_text(to_kilowatt_hours(*job.slurm->energy)) : "";
}

std::string difference_cell(const JobEnergy& job) {
  const auto difference = difference_of(job);
  return difference ? fmt::format("{:+.1f} %", *difference) : "";
}

std::string state_of(const JobEnergy& job) {
  if (job.slurm) return job.slurm->state;
  return job.sum.running > 0 ? "running" : "";
}

std::string minute_of(const std::optional<WallTime>& time) {
  if (!time) return "";
  auto text = to_iso8601(*time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string nodes_cell(const JobEnergy& job) {
  return job.nodes < job.expected ? fmt::format("{} of {}", job.nodes, job.expected)
                                  : std::to_string(job.nodes);
}

std::string jobs_text(const session::JobReport& report) {
  const auto has = [&](auto cell) {
    return std::ranges::any_of(report.jobs, [&](const JobEnergy& job) { return !cell(job).empty(); });
  };
  const bool slurm = has(slurm_cell);
  const bool state = has(state_of);
  const bool carbon = has([](const JobEnergy& job) { return carbon_cell(job.sum); });
  const auto left = Align::left, right = Align::right;
  std::vector<Align> columns{left, left, left, left};
  std::vector<std::string> head{"job", "user", "account", "partition"};
  const auto column = [&](bool there, Align align, const char* name) {
    if (!there) return;
    columns.push_back(align);
    head.emplace_back(name);
  };
  column(state, left, "state");
  column(true, left, "started (UTC)");
  column(true, right, "nodes");
  column(true, right, "runs");
  column(true, right, "measured");
  column(true, right, "energy");
  column(slurm, right, "Slurm's own");
  column(slurm, right, "difference");
  column(carbon, right, "carbon");
  column(true, left, "");
  TextTable table(columns, "");
  table.add(head);
  for (const auto& job : report.jobs) {
    std::vector<std::string> row;
    row.reserve(head.size());  // there may be tens of thousands of rows
    for (const auto* text : {&job.job, &job.user, &job.account, &job.partition}) row.push_back(*text);
    if (state) row.push_back(state_of(job));
    row.push_back(minute_of(job.sum.begin));
    row.push_back(nodes_cell(job));
    row.push_back(std::to_string(job.sum.runs + job.sum.left_out));
    row.push_back(to_text(job.sum.measured));
    row.push_back(energy_cell(job.sum));
    if (slurm) row.push_back(slurm_cell(job));
    if (slurm) row.push_back(difference_cell(job));
    if (carbon) row.push_back(carbon_cell(job.sum));
    row.push_back(remark_on(job));
    table.add(std::move(row));
  }
  return table.text();
}

std::string_view name_of_group(JobGroup by) {
  switch (by) {
    case JobGroup::user:
      return "user";
    case JobGroup::account:
      return "account";
    case JobGroup::month:
      return "month";
    case JobGroup::job:
      break;
  }
  return "job";
}

std::string groups_text(const session::JobReport& report) {
  const auto left = Align::left, right = Align::right;
  TextTable table({left, right, right, right, right, right, left}, "");
  table.add({std::string(name_of_group(report.by)), "jobs", "runs", "measured", "energy", "carbon", ""});
  for (const auto& group : report.groups)
    table.add({group.name.empty() ? "unknown" : group.name, std::to_string(group.jobs),
               std::to_string(group.sum.runs + group.sum.left_out), to_text(group.sum.measured),
               energy_cell(group.sum), carbon_cell(group.sum), remark_on(group.sum)});
  return table.text();
}

std::string total_text(const session::JobReport& report) {
  auto text = fmt::format("\n{} job{}, {}", report.jobs.size(), report.jobs.size() == 1 ? "" : "s",
                          energy_cell(report.total));
  if (const auto carbon = carbon_cell(report.total); !carbon.empty()) text += ", " + carbon;
  if (const auto remark = remark_on(report.total); !remark.empty()) text += ", " + remark;
  return text + "\n";
}

void put_time(JsonWriter& json, std::string_view name, const std::optional<WallTime>& time) {
  json.member_or_null(name, time ? to_iso8601(*time) : "");
}

void put_sum(JsonWriter& json, const JobSum& sum) {
  json.member("runs", sum.runs + sum.left_out);
  json.member("running", sum.running);
  put_time(json, "started", sum.begin);
  put_time(json, "ended", sum.running > 0 ? std::nullopt : sum.end);
  json.member("measured_s", sum.measured);
  json.member("energy_j", sum.energy);
  json.member("provenance", name_of(sum.provenance));
  json.member("coverage", sum.energy ? std::optional(sum.coverage) : std::nullopt);
  json.member("without_energy", sum.without_energy);
  json.member("not_measured_s", sum.not_measured);
  json.key("left_out");
  json.begin_object();
  json.member("runs", sum.left_out);
  json.member("energy_j", sum.left_out_energy);
  json.end_object();
  json.member("carbon_g", sum.carbon);
  json.member("without_place", sum.without_place);
}

void put_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name);
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void put_slurm(JsonWriter& json, const JobEnergy& job) {
  json.key("slurm");
  if (!job.slurm) return json.null();
  json.begin_object();
  json.member_or_null("state", job.slurm->state);
  json.member("elapsed_s", job.slurm->elapsed);
  json.member("energy_j", job.slurm->energy);
  json.member("difference_pct", difference_of(job));
  json.end_object();
}

void put_job(JsonWriter& json, const JobEnergy& job) {
  json.begin_object();
  json.member("job", job.job);
  json.member_or_null("user", job.user);
  json.member_or_null("account", job.account);
  json.member_or_null("partition", job.partition);
  json.member("nodes", job.nodes);
  json.member("expected_nodes", job.expected);
  json.member("unreported_nodes", job.unreported);
  put_texts(json, "missing_nodes", job.missing);
  put_sum(json, job.sum);
  put_slurm(json, job);
  json.end_object();
}

void put_group(JsonWriter& json, std::string_view by, const session::JobGroupEnergy& group) {
  json.begin_object();
  json.member_or_null(by, group.name);
  json.member("jobs", group.jobs);
  put_sum(json, group.sum);
  json.end_object();
}

}  // namespace

std::string to_text(const session::JobReport& report) {
  if (report.jobs.empty()) return "No run of a batch system's job is stored here, or none is like that.\n";
  return (report.by == JobGroup::job ? jobs_text(report) : groups_text(report)) + total_text(report);
}

std::string to_json_text(const session::JobReport& report, const std::string& sacct) {
  const auto by = name_of_group(report.by);
  constexpr std::size_t bytes_of_job = 640;
  JsonWriter json(report.jobs.size() * bytes_of_job);
  json.begin_object();
  json.member("by", by);
  json.key(report.by == JobGroup::job ? "jobs" : "groups");
  json.begin_array();
  if (report.by == JobGroup::job)
    for (const auto& job : report.jobs) put_job(json, job);
  else
    for (const auto& group : report.groups) put_group(json, by, group);
  json.end_array();
  json.key("total");
  json.begin_object();
  json.member("jobs", report.jobs.size());
  put_sum(json, report.total);
  json.end_object();
  put_texts(json, "unread", report.unread);
  json.member_or_null("sacct", sacct);
  json.end_object();
  return std::move(json).text();
}

}  // namespace joulecast::report
