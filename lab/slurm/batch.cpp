#include "lab/slurm/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

fs::path file_of(const Plan& plan, int batch, const char* ending) {
  return TaskFolder(plan.home).root() / fmt::format("slurm-{}.{}", batch, ending);
}

/// What Slurm has to allow beyond the plan's own timeout: warming up, ending politely, and storing.
constexpr Seconds margin{120};

/// "" if the plan sets no limit.
std::string time_limit(const Plan& plan) {
  if (!plan.timeout) return {};
  auto most = *plan.timeout + plan.grace + margin;
  if (plan.warm_up) most += plan.warm_up->duration.value_or(plan.warm_up->at_most);
  return fmt::format("#SBATCH --time={}\n", static_cast<long>(std::ceil(most.value() / 60)));
}

/// Slurm's own names may not hold a blank or a line's end.
std::string plain(std::string text) {
  for (auto& c : text)
    if (c <= ' ' || c == '%' || c == '\'' || c == '"' || c == '\\') c = '_';
  return text;
}

}  // namespace

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string job_name(const Plan& plan, int batch) {
  return fmt::format("joulecast-{}-{}", plain(plan.name), batch);
}

fs::path log_of(const Plan& plan, int batch, int index) {
  return TaskFolder(plan.home).logs() / fmt::format("slurm-{}-{}.log", batch, index);
}

std::string script_of(const Plan& plan, const Batch& batch, const Environment* environment,
                      const std::string& program, const std::string& store) {
  auto text = fmt::format(
      "#!/bin/sh\n"
      "#SBATCH --job-name={}\n"
      "#SBATCH --array=0-{}\n"
      "#SBATCH --nodes=1 --ntasks=1 --exclusive --mem=0\n"
      "#SBATCH --requeue --open-mode=append\n"
      "#SBATCH --output=\"{}\"\n",
      job_name(plan, batch.number), batch.places.size() - 1,
      (TaskFolder(plan.home).logs() / fmt::format("slurm-{}-%a.log", batch.number)).string());
  text += time_limit(plan);
  if (environment != nullptr && !environment->partition.empty())
    text += fmt::format("#SBATCH --partition={}\n", environment->partition);
  if (environment != nullptr && !environment->constraint.empty())
    text += fmt::format("#SBATCH --constraint=\"{}\"\n", environment->constraint);
  text += fmt::format("exec {} lab task {} --tasks {} --index \"$SLURM_ARRAY_TASK_ID\"", quoted(program),
                      quoted(plan.home.string()), quoted(file_of(plan, batch.number, "tasks").string()));
  return text + (store.empty() ? "\n" : fmt::format(" --store {}\n", quoted(store)));
}

Result<std::vector<Batch>> read_batches(const Plan& plan) {
  std::vector<Batch> batches;
  std::error_code ignored;
  for (int number = 1; fs::exists(file_of(plan, number, "tasks"), ignored); ++number) {
    auto places = read_list(file_of(plan, number, "tasks"));
    if (!places) return propagate(places.error());
    Batch batch{number, std::move(*places), {}};
    if (const auto job = read_file(file_of(plan, number, "job")))
      batch.job = trim(*job);
    else if (const auto found = job_named(job_name(plan, number)))
      batch.job = *found;
    batches.push_back(std::move(batch));
  }
  return batches;
}

Status submit_batch(const Plan& plan, Batch& batch, const Environment* environment,
                    const std::string& program, const std::string& store) {
  const auto script = file_of(plan, batch.number, "sh");
  if (const auto ok = write_file(script, script_of(plan, batch, environment, program, store)); !ok) return ok;
  if (const auto ok = write_file(file_of(plan, batch.number, "tasks"), to_list(batch.places)); !ok) return ok;
  const auto job = submit(script.string());
  if (!job) {
    std::error_code ignored;
    fs::remove(file_of(plan, batch.number, "tasks"), ignored);
    return propagate(job.error());
  }
  batch.job = *job;
  return write_file(file_of(plan, batch.number, "job"), batch.job + "\n");
}

}  // namespace joulecast::lab
