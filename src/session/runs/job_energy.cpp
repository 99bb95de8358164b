#include "session/runs/job_energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "carbon/intensity.hpp"
#include "session/runs/list_runs.hpp"
#include "session/runs/open_store.hpp"
#include "trace/node_list.hpp"

namespace joulecast::session {
namespace fs = std::filesystem;
namespace {

using store::JobRun;

/// What is kept of a run until its job is complete.
struct Part {
  std::string host;  ///< the batch system's name of it, if known
  std::optional<WallTime> begin;
  Seconds length{0};
  trace::RunStatus status = trace::RunStatus::running;
  std::optional<Joules> energy;
  Provenance provenance = Provenance::missing;
  double coverage = 0;
  Seconds not_measured{0};
  std::size_t place = 0;
};

/// g per J, by the place that a run was given; nothing where none is known.
class Intensities {
 public:
  explicit Intensities(const Place& instead) : instead_(instead) {}

  std::size_t number_of(const JobRun& run) {
    if (run.place == last_document_) return last_;
    last_document_ = run.place;
    const auto [known, fresh] = numbers_.try_emplace(run.place, grams_.size());
    if (fresh) {
      const auto one =
          carbon::estimate(KilowattHours{1}, replaced_by(store::place_of(run), instead_), table_);
      grams_.push_back(one.mass);
    }
    return last_ = known->second;
  }
  [[nodiscard]] std::optional<GramsCO2e> mass_of(std::size_t number, Joules energy) const {
    const auto& one = grams_[number];
    return one ? std::optional(*one * to_kilowatt_hours(energy).value()) : std::nullopt;
  }

 private:
  const Place& instead_;
  Result<carbon::IntensityTable> table_ = carbon::IntensityTable::read();
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::optional<GramsCO2e>> grams_;
  std::string last_document_ = "?";
  std::size_t last_ = 0;
};

WallTime end_of(const Part& part) {
  return WallTime{part.begin->ns + static_cast<std::int64_t>(part.length.value() * 1e9)};
}

void widen(JobSum& sum, const std::optional<WallTime>& begin, const std::optional<WallTime>& end) {
  if (begin && (!sum.begin || *begin < *sum.begin)) sum.begin = begin;
  if (end && (!sum.end || *end > *sum.end)) sum.end = end;
}

void add(JobSum& sum, const Part& part, const Intensities& intensities) {
  ++sum.runs;
  if (part.status == trace::RunStatus::running) ++sum.running;
  if (part.begin) widen(sum, part.begin, end_of(part));
  sum.measured += part.length;
  sum.not_measured += part.energy ? part.not_measured : part.length;
  if (!part.energy) {
    ++sum.without_energy;
    return;
  }
  const double before = sum.energy.value_or(Joules{0}).value();
  const double now = part.energy->value();
  sum.provenance = sum.energy ? worst(sum.provenance, part.provenance) : part.provenance;
  if (before + now > 0) sum.coverage = (sum.coverage * before + part.coverage * now) / (before + now);
  sum.energy = Joules{before + now};
  if (const auto mass = intensities.mass_of(part.place, *part.energy))
    sum.carbon = sum.carbon.value_or(GramsCO2e{0}) + *mass;
  else
    ++sum.without_place;
}

/// Adds the sum of a job, or of a group, to a larger one.
void add(JobSum& sum, const JobSum& more) {
  sum.runs += more.runs;
  sum.running += more.running;
  widen(sum, more.begin, more.end);
  sum.measured += more.measured;
  sum.not_measured += more.not_measured;
  sum.without_energy += more.without_energy;
  sum.left_out += more.left_out;
  sum.left_out_energy += more.left_out_energy;
  sum.without_place += more.without_place;
  if (more.carbon) sum.carbon = sum.carbon.value_or(GramsCO2e{0}) + *more.carbon;
  if (!more.energy) return;
  const double before = sum.energy.value_or(Joules{0}).value();
  const double now = more.energy->value();
  sum.provenance = sum.energy ? worst(sum.provenance, more.provenance) : more.provenance;
  if (before + now > 0) sum.coverage = (sum.coverage * before + more.coverage * now) / (before + now);
  sum.energy = Joules{before + now};
}

/// The runs of one job, until all of them are there.
class OpenJob {
 public:
  void take(const JobRun& run, std::size_t place) {
    if (parts_.empty()) job_.job = run.job;
    in_order_ = in_order_ && (parts_.empty() || parts_.back().begin <= run.started);
    const auto fill = [](std::string& known, const std::string& said) {
      if (known.empty() && !said.empty()) known = said;
    };
    fill(job_.user, run.user);
    fill(job_.account, run.account);
    fill(job_.partition, run.partition);
    if (!run.node.empty()) names_.try_emplace(run.host, run.node);
    parts_.push_back({run.node.empty() ? run.host : run.node, run.started, run.duration, run.status,
                      run.energy, run.provenance, run.coverage.value_or(0),
                      run.not_measured.value_or(Seconds{0}), place});
    if (run.nodes.value_or(1) < 2) return;
    // torchrun counts its starts on each node for itself.
    const int start = run.key.find("torchrun ") == run.key.npos ? run.start : 0;
    auto& launch = launches_[{run.key, start}];
    launch.expected = std::max(launch.expected, static_cast<std::size_t>(*run.nodes));
    launch.nodes.insert(parts_.back().host);
  }
  [[nodiscard]] bool is_of(const std::string& job) const { return parts_.empty() || job_.job == job; }
  [[nodiscard]] bool is_empty() const { return parts_.empty(); }

  [[nodiscard]] JobEnergy close(const Intensities& intensities) {
    name_hosts();
    leave_out_what_overlaps();
    std::set<std::string_view> hosts;
    for (const auto& part : parts_) {
      hosts.insert(part.host);
      add(job_.sum, part, intensities);
    }
    job_.nodes = hosts.size();
    job_.hosts.assign(hosts.begin(), hosts.end());
    job_.expected = job_.nodes;
    for (const auto& [name, launch] : launches_) {
      job_.expected = std::max(job_.expected, launch.expected);
      job_.unreported += launch.expected - std::min(launch.expected, launch.nodes.size());
    }
    launches_.clear();
    names_.clear();
    parts_.clear();
    in_order_ = true;
    return std::exchange(job_, {});
  }

 private:
  /// The nodes of one step, or of one start of it.
  struct Launch {
    std::size_t expected = 0;
    std::set<std::string> nodes;
  };

  /// A run that did not know the batch system's name of its node, which another one of the same host did.
  void name_hosts() {
    for (auto& part : parts_)
      if (const auto known = names_.find(part.host); known != names_.end()) part.host = known->second;
  }

  /// Two runs that measured the same node at the same time saw the same energy: the longer one counts.
  void leave_out_what_overlaps() {
    if (parts_.size() < 2) return;
    if (!in_order_) std::ranges::stable_sort(parts_, {}, &Part::begin);
    constexpr Seconds touching{1};                   // a step that begins as the one before it ends
    std::map<std::string_view, std::size_t> latest;  // of each node, that is kept
    std::vector<bool> kept(parts_.size(), true);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!parts_[i].begin) continue;
      const auto [known, fresh] = latest.try_emplace(parts_[i].host, i);
      if (fresh) continue;
      const auto& before = parts_[known->second];
      if (end_of(before) - *parts_[i].begin <= touching) {
        known->second = i;
        continue;
      }
      const bool is_longer = parts_[i].length > before.length;
      kept[is_longer ? known->second : i] = false;
      if (is_longer) known->second = i;
    }
    std::vector<Part> rest;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (kept[i]) {
        rest.push_back(std::move(parts_[i]));
        continue;
      }
      ++job_.sum.left_out;
      job_.sum.left_out_energy += parts_[i].energy.value_or(Joules{0});
    }
    parts_ = std::move(rest);
  }

  JobEnergy job_;
  std::vector<Part> parts_;
  std::map<std::string, std::string> names_;  ///< of nodes, by their hosts
  std::map<std::pair<std::string, int>, Launch> launches_;
  bool in_order_ = true;
};

std::string month_of(const JobEnergy& job) {
  return job.sum.begin ? to_iso8601(*job.sum.begin).substr(0, 7) : "";
}

std::string group_of(const JobEnergy& job, JobGroup by) {
  switch (by) {
    case JobGroup::user:
      return job.user;
    case JobGroup::account:
      return job.account;
    case JobGroup::month:
      return month_of(job);
    case JobGroup::job:
      break;
  }
  return job.job;
}

void put_groups(JobReport& report) {
  report.groups.clear();
  std::map<std::string, JobGroupEnergy> groups;
  for (const auto& job : report.jobs) {
    auto& group = groups[group_of(job, report.by)];
    ++group.jobs;
    add(group.sum, job.sum);
  }
  for (auto& [name, group] : groups) {
    group.name = name;
    report.groups.push_back(std::move(group));
  }
  if (report.by == JobGroup::month) return;
  std::ranges::stable_sort(report.groups, std::ranges::greater{},
                           [](const JobGroupEnergy& group) { return group.sum.energy.value_or(Joules{-1}); });
}

/// Jobs are large, and a deque moves none of them when it grows.
using Jobs = std::deque<JobEnergy>;

/// The jobs of one store come one after the other.
Status read_store(const store::RunStore& store, const store::JobQuery& query, Intensities& intensities,
                  Jobs& jobs) {
  OpenJob open;
  const auto status = store.each_job_run(query, [&](const JobRun& run) {
    if (!open.is_of(run.job)) jobs.push_back(open.close(intensities));
    open.take(run, intensities.number_of(run));
  });
  if (status && !open.is_empty()) jobs.push_back(open.close(intensities));
  return status;
}

/// A job's runs may be in the stores of several nodes.
void read_folder(const fs::path& folder, const store::JobQuery& query, Intensities& intensities, Jobs& jobs,
                 std::vector<std::string>& unread) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".db") files.push_back(at->path());
  if (error) unread.push_back(fmt::format("{}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  std::map<std::string, OpenJob> open;
  for (const auto& file : files) {
    const auto store = open_store(file.string(), store::Access::read);
    const auto read =
        store ? (*store)->each_job_run(
                    query, [&](const JobRun& run) { open[run.job].take(run, intensities.number_of(run)); })
              : propagate(store.error());
    if (!read) unread.push_back(to_string(read.error()));
  }
  for (auto& [id, job] : open) jobs.push_back(job.close(intensities));
}

/// The latest first.
std::vector<JobEnergy> sorted_by_start(Jobs jobs) {
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return jobs[i].sum.begin.value_or(WallTime{}); });
  std::vector<JobEnergy> sorted;
  sorted.reserve(jobs.size());
  for (const auto i : order) sorted.push_back(std::move(jobs[i]));
  return sorted;
}

Result<store::JobQuery> query_of(const JobRequest& request, WallTime now) {
  ListRequest times;
  times.since = request.since;
  times.until = request.until;
  const auto list = query_of(times, now);
  if (!list) return propagate(list.error());
  return store::JobQuery{{}, request.user, request.account, request.partition, list->since, list->until};
}

/// "n1" of "n1.cluster.org", as Slurm names its nodes.
std::string_view short_name(std::string_view host) {
  return host.substr(0, host.find('.'));
}

/// The nodes of the lists that no run is of. None where Slurm's names are not those of any host.
std::vector<std::string> missing_nodes(const std::vector<std::string>& lists,
                                       const std::vector<std::string>& hosts) {
  std::set<std::string_view> known;
  for (const auto& host : hosts) known.insert(short_name(host));
  bool any = false;
  std::vector<std::string> missing;
  for (const auto& list : lists)
    for (auto& node : trace::expand_node_list(list)) {
      const bool has_run = known.contains(short_name(node));
      any = any || has_run;
      if (!has_run && std::ranges::find(missing, node) == missing.end()) missing.push_back(std::move(node));
    }
  return any ? missing : std::vector<std::string>();
}

}  // namespace

Result<JobReport> job_energy(const JobRequest& request, const std::vector<formats::SacctJob>& sacct,
                             const Clock& clock) {
  if (auto status = carbon::check(request.place); !status) return propagate(status.error());
  const auto query = query_of(request, clock.wall());
  if (!query) return propagate(query.error());
  JobReport report;
  report.by = request.by;
  Intensities intensities(request.place);
  Jobs jobs;
  std::error_code error;
  if (fs::is_directory(request.store, error)) {
    read_folder(request.store, *query, intensities, jobs, report.unread);
  } else {
    const auto store = open_store(request.store, store::Access::read);
    if (!store && request.store.empty() && store.error().kind == ErrorKind::unavailable) return report;
    const auto read = store ? read_store(**store, *query, intensities, jobs) : propagate(store.error());
    if (!read) return propagate(read.error());
  }
  for (const auto& job : jobs) add(report.total, job.sum);
  report.jobs = sorted_by_start(std::move(jobs));
  join_sacct(report, sacct);
  return report;
}

void join_sacct(JobReport& report, const std::vector<formats::SacctJob>& sacct) {
  std::map<std::string_view, const formats::SacctJob*> known;
  for (const auto& job : sacct) known[job.id] = &job;
  for (auto& job : report.jobs) {
    const auto found = known.find(job.job);
    if (found == known.end()) continue;
    job.slurm = *found->second;
    job.missing = missing_nodes(job.slurm->node_lists, job.hosts);
    if (job.user.empty()) job.user = job.slurm->user;
    if (job.account.empty()) job.account = job.slurm->account;
    if (job.partition.empty()) job.partition = job.slurm->partition;
  }
  if (report.by != JobGroup::job) put_groups(report);
}

}  // namespace joulecast::session
