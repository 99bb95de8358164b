#include "report/runs/jobs_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
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
    std::vector<std::string> row{job.job, job.user, job.account, job.partition};
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

/// Member by member: there may be tens of thousands, and a list in braces is copied several times.
void put_sum(Json& json, const JobSum& sum) {
  const auto time = [](const std::optional<WallTime>& at) {
    return at ? Json(to_iso8601(*at)) : Json(nullptr);
  };
  json["runs"] = sum.runs + sum.left_out;
  json["running"] = sum.running;
  json["started"] = time(sum.begin);
  json["ended"] = sum.running > 0 ? Json(nullptr) : time(sum.end);
  json["measured_s"] = sum.measured.value();
  json["energy_j"] = or_null(sum.energy);
  json["provenance"] = name_of(sum.provenance);
  json["coverage"] = sum.energy ? Json(sum.coverage) : Json(nullptr);
  json["without_energy"] = sum.without_energy;
  json["not_measured_s"] = sum.not_measured.value();
  auto& left_out = json["left_out"];
  left_out["runs"] = sum.left_out;
  left_out["energy_j"] = sum.left_out_energy.value();
  json["carbon_g"] = or_null(sum.carbon);
  json["without_place"] = sum.without_place;
}

Json slurm_json(const JobEnergy& job) {
  if (!job.slurm) return nullptr;
  return {{"state", or_null(job.slurm->state)},
          {"elapsed_s", or_null(job.slurm->elapsed)},
          {"energy_j", or_null(job.slurm->energy)},
          {"difference_pct", or_null(difference_of(job))}};
}

Json job_json(const JobEnergy& job) {
  Json json;
  json["job"] = job.job;
  json["user"] = or_null(job.user);
  json["account"] = or_null(job.account);
  json["partition"] = or_null(job.partition);
  json["nodes"] = job.nodes;
  json["expected_nodes"] = job.expected;
  json["unreported_nodes"] = job.unreported;
  json["missing_nodes"] = job.missing;
  put_sum(json, job.sum);
  json["slurm"] = slurm_json(job);
  return json;
}

}  // namespace

std::string to_text(const session::JobReport& report) {
  if (report.jobs.empty()) return "No run of a batch system's job is stored here, or none is like that.\n";
  return (report.by == JobGroup::job ? jobs_text(report) : groups_text(report)) + total_text(report);
}

std::string to_json_text(const session::JobReport& report, const std::string& sacct) {
  auto rows = Json::array();
  const std::string by(name_of_group(report.by));
  if (report.by == JobGroup::job) {
    for (const auto& job : report.jobs) rows.push_back(job_json(job));
  } else {
    for (const auto& group : report.groups) {
      Json json;
      json[by] = or_null(group.name);
      json["jobs"] = group.jobs;
      put_sum(json, group.sum);
      rows.push_back(std::move(json));
    }
  }
  Json json{{"by", by}};
  json[report.by == JobGroup::job ? "jobs" : "groups"] = std::move(rows);
  auto& total = json["total"];
  total["jobs"] = report.jobs.size();
  put_sum(total, report.total);
  json["unread"] = report.unread;
  json["sacct"] = or_null(sacct);
  return json_text(json);
}

}  // namespace joulecast::report
