#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/text.hpp"
#include "trace/job.hpp"
#include "trace/job_variables.hpp"

namespace joulecast::trace {
namespace {

/// The environment, with what is set to nothing taken as not set.
class Said {
 public:
  explicit Said(const Variable& variable) : variable_(variable) {}

  [[nodiscard]] std::string text(const char* name) const {
    constexpr std::size_t longest = 1024;  // of what may be a name; anything else is not one
    const char* set = variable_ ? variable_(name) : nullptr;
    const std::string_view said = set != nullptr ? set : "";
    return said.size() <= longest ? std::string(said) : std::string();
  }
  [[nodiscard]] std::string text(const Names& names) const {
    for (const char* name : names)
      if (auto said = name != nullptr ? text(name) : std::string(); !said.empty()) return said;
    return {};
  }
  /// From `least` on.
  [[nodiscard]] std::optional<int> number(const Names& names, int least) const {
    const auto value = parse_int(text(names));
    if (!value || *value < least || *value > most) return std::nullopt;
    return static_cast<int>(*value);
  }

 private:
  static constexpr int most = 100'000'000;
  const Variable& variable_;
};

/// Slurm numbers the steps that are not srun's from the end.
std::string step_name(const std::string& step) {
  if (step == "4294967290") return "interactive";
  if (step == "4294967291") return "batch";
  if (step == "4294967292") return "extern";
  return step;
}

/// "4(x2),3": four tasks on each of the first two nodes, three on the next.
std::optional<int> tasks_on_node(std::string_view list, std::optional<int> node) {
  int begin = 0;
  for (const auto part : split(list, ',')) {
    const auto bracket = part.find("(x");
    const auto tasks = parse_int(part.substr(0, bracket));
    const auto times = bracket == std::string_view::npos
                           ? std::optional<std::int64_t>(1)
                           : parse_int(part.substr(bracket + 2, part.find(')') - bracket - 2));
    if (!tasks || !times || *tasks < 1 || *times < 1) return std::nullopt;
    if (node.value_or(0) < begin + *times) return static_cast<int>(*tasks);
    begin += static_cast<int>(*times);
  }
  return std::nullopt;
}

void read_scheduler(const Said& said, Job& job) {
  for (const auto& scheduler : schedulers) {
    auto id = said.text(scheduler.id);
    if (id.empty()) continue;
    job.scheduler = scheduler.name;
    job.id = std::move(id);
    job.array_id = said.text(scheduler.array_id);
    job.array_index = said.number(scheduler.array_index, 0);
    job.step = step_name(said.text(scheduler.step));
    job.restarts = said.number(scheduler.restarts, 0);
    job.name = said.text(scheduler.job_name);
    job.user = said.text(scheduler.user);
    job.account = said.text(scheduler.account);
    job.partition = said.text(scheduler.partition);
    job.cluster = said.text(scheduler.cluster);
    job.node = said.text(scheduler.node);
    job.node_count = said.number(scheduler.node_count, 1);
    return;
  }
}

/// A component of a heterogeneous job has an id of its own, and the ids of all components.
void read_het_job(const Said& said, Job& job) {
  constexpr int most_components = 128;  // Slurm's own limit
  const auto components = said.number({"SLURM_HET_SIZE", "SLURM_PACK_SIZE"}, 1);
  for (int i = 0; components && i < std::min(*components, most_components); ++i) {
    const auto id = said.text(fmt::format("SLURM_JOB_ID_HET_GROUP_{}", i).c_str());
    if (i == 0) job.het_id = id;
    if (!id.empty() && id == job.id) job.het_component = i;
  }
}

/// What one launcher says; without a rank it says nothing.
std::optional<Job> places_of(const Said& said, const Launcher& launcher) {
  Job job;
  job.launcher = launcher.name;
  job.rank = said.number(launcher.rank, 0);
  job.world_size = said.number(launcher.world_size, 1);
  job.local_rank = said.number(launcher.local_rank, 0);
  job.local_size = said.number(launcher.local_size, 1);
  job.node_rank = said.number(launcher.node_rank, 0);
  job.node_count = said.number(launcher.node_count, 1);
  job.launch = said.text(launcher.launch);
  if (!job.rank && !job.local_rank) return std::nullopt;
  return job;
}

/// torchrun's id is "none" unless it is told one, and then the address of rank 0 tells launches apart, as it
/// does for all that torch.distributed starts. An address without a port may be that of many launches.
void take_address(const Said& said, Job& job) {
  if (job.launch == "none") job.launch.clear();
  const auto address = said.text("MASTER_ADDR");
  const auto port = said.text("MASTER_PORT");
  if (job.launch.empty() && !address.empty() && !port.empty()) job.launch = address + ":" + port;
}

/// srun's tasks have a step. A batch script has a rank, too, but is not one of several tasks.
std::optional<Job> task_of(const Said& said, const Job& job) {
  const bool is_step = !job.step.empty() && job.step != "batch" && job.step != "extern";
  if (job.scheduler != "slurm" || !is_step) return std::nullopt;
  auto task = places_of(said, srun);
  if (task)
    task->local_size = tasks_on_node(
        said.text({"SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE", "SLURM_NTASKS_PER_NODE"}),
        task->node_rank);
  return task;
}

bool agree(const std::optional<int>& one, const std::optional<int>& other) {
  return !one || !other || *one == *other;
}

/// A launcher further out may have started this very process: scripts that start one training per task set
/// the variables of torch.distributed, but seldom all of them.
void complete(Job& job, const Job& outer) {
  const auto take = [](std::optional<int>& known, const std::optional<int>& said) {
    if (!known) known = said;
  };
  take(job.node_rank, outer.node_rank);
  take(job.node_count, outer.node_count);
  if (!agree(job.rank, outer.rank) || !agree(job.local_rank, outer.local_rank) ||
      !agree(job.world_size, outer.world_size) || !agree(job.local_size, outer.local_size))
    return;
  take(job.rank, outer.rank);
  take(job.world_size, outer.world_size);
  take(job.local_rank, outer.local_rank);
  take(job.local_size, outer.local_size);
  if (job.launcher != torch_alone) return;
  job.launcher = outer.launcher;
  if (!outer.launch.empty()) job.launch = outer.launch;
}

/// What all launchers together say, the innermost first.
std::optional<Job> read_launchers(const Said& said, const Job& job) {
  std::optional<Job> found;
  const auto take = [&](const std::optional<Job>& places) {
    if (places && found) complete(*found, *places);
    if (places && !found) found = places;
  };
  for (const auto& launcher : launchers) {
    if (said.text(launcher.sign).empty()) continue;
    auto places = places_of(said, launcher);
    const char* const local_rank = launcher.local_rank.front();
    const bool is_torch = local_rank != nullptr && local_rank == std::string_view("LOCAL_RANK");
    if (places && is_torch) take_address(said, *places);
    take(places);
  }
  take(task_of(said, job));
  return found;
}

void join(Job& job, Job places) {
  job.launcher = std::move(places.launcher);
  job.launch = std::move(places.launch);
  job.rank = places.rank;
  job.world_size = places.world_size;
  job.local_rank = places.local_rank;
  job.local_size = places.local_size;
  job.node_rank = places.node_rank;
  if (places.node_count) job.node_count = places.node_count;
}

/// A rank beyond its number of ranks belongs to another launch, or to none.
void leave_out_impossible(Job& job) {
  const auto check = [](std::optional<int>& place, const std::optional<int>& count) {
    if (place && count && *place >= *count) place.reset();
  };
  check(job.rank, job.world_size);
  check(job.local_rank, job.local_size);
  check(job.node_rank, job.node_count);
}

}  // namespace

Job job_of(const Variable& variable) {
  const Said said(variable);
  Job job;
  read_scheduler(said, job);
  read_het_job(said, job);
  if (auto places = read_launchers(said, job)) join(job, std::move(*places));
  const auto restarts = said.number({"TORCHELASTIC_RESTART_COUNT"}, 0);
  if (restarts && job.launcher == "torchrun") job.restarts = job.restarts.value_or(0) + *restarts;
  leave_out_impossible(job);
  return job;
}

}  // namespace joulecast::trace
