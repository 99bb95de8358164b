#include "lab/execute/local_executor.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/text.hpp"
#include "lab/execute/collect.hpp"
#include "lab/execute/conduct.hpp"
#include "lab/execute/noise.hpp"
#include "lab/execute/outcome.hpp"
#include "lab/execute/output_watch.hpp"
#include "lab/execute/redirection.hpp"
#include "run/orphans.hpp"
#include "run/run_command.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

run::MeasureOptions options_for(const RunSetup& setup, const Plan& plan, const std::string& store,
                                const RunWishes& wishes) {
  run::MeasureOptions options;
  options.command = setup.command;
  options.name = fmt::format("{} {}", plan.name, setup.title);
  options.tags = setup.tags;
  options.interval = plan.progress.interval;
  options.store = store;
  options.place = plan.place;
  options.continues.by_itself = false;  // a requeued task begins its run anew
  options.limits.energy = wishes.at_most;
  options.limits.at_energy = measure::OnLimit::terminate;
  options.epoch_regex = plan.progress.epoch_regex;
  options.step_regex = plan.progress.step_regex;
  options.total_epochs = setup.epochs;
  options.total_steps = setup.steps;
  options.quiet = true;
  options.adopt_orphans = true;
  auto& supervision = options.supervision.emplace();
  supervision.variables = setup.variables;
  if (setup.environment != nullptr) supervision.cpus = setup.environment->cpus;
  supervision.timeout = plan.timeout;
  supervision.grace = plan.grace;
  supervision.ticked = wishes.ticked;
  return options;
}

/// Whatever a run leaves behind would disturb those after it, and count as theirs.
std::size_t end_what_is_left() {
  const auto left = run::strangers_below_this_process();
  for (const auto pid : left) ::kill(pid, SIGKILL);
  for (const auto pid : left) ::waitpid(pid, nullptr, 0);
  return left.size();
}

/// The last figures that the training has told under the names that the plan gives them.
std::map<std::string, double> told_figures(const trace::Run& run, const Plan& plan) {
  std::map<std::string, double> figures;
  for (const auto& point : run.metrics) figures[point.name] = point.value;
  for (const auto& metric : plan.metrics)
    if (const auto found = figures.find(metric.progress); !metric.progress.empty() && found != figures.end())
      figures[metric.name] = found->second;
  return figures;
}

/// What only the stored run tells: its devices, its metrics.
void add_from_store(RunEnded& record, const Plan& plan, const std::string& store_url) {
  if (record.run_id.empty()) return;
  const auto store = session::open_store(store_url, store::Access::write);
  if (!store) return record.conduct.flags.push_back(to_string(store.error()));
  const auto run = (*store)->load(record.run_id);
  if (!run) return record.conduct.flags.push_back(to_string(run.error()));
  record.conduct = conduct_of(*run);
  for (const auto& [name, value] : told_figures(*run, plan)) record.metrics.emplace(name, value);
  if (record.outcome == Outcome::finished) return;
  if (const auto tagged = (*store)->tag(record.run_id, {{outcome_tag, std::string(name_of(record.outcome))}});
      !tagged)
    record.conduct.flags.push_back(to_string(tagged.error()));
}

/// A measurement ignores these from its beginning on, and the next run's command would inherit that.
class KeptSignals {
 public:
  KeptSignals() {
    for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], nullptr, &before_[i]);
  }
  ~KeptSignals() {
    for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], &before_[i], nullptr);
  }
  KeptSignals(const KeptSignals&) = delete;
  KeptSignals& operator=(const KeptSignals&) = delete;

 private:
  static constexpr std::array numbers{SIGPIPE, SIGXFSZ, SIGCHLD};
  std::array<struct sigaction, numbers.size()> before_{};
};

/// The command's output, and ours, go to the file.
Result<run::MeasureResult> measure_aside(const run::MeasureOptions& options, sensors::Environment environment,
                                         const fs::path& log) {
  const KeptSignals kept;
  const auto redirection = Redirection::to(log);
  if (!redirection) return propagate(redirection.error());
  auto measured = run::measure(options, std::move(environment));
  if (measured && !redirection->lost().empty())
    measured->output_lost = "it could not be made: " + redirection->lost();
  return measured;
}

/// How much of the total was measured: of a GPU's energy nothing is modelled, though the processor's may be.
std::optional<double> measured_share(const trace::RunEnergy& energy) {
  if (!energy.total || energy.total->value() <= 0) return std::nullopt;
  double measured = 0;
  for (const auto& row : energy.components)
    if (row.in_total && row.energy && row.provenance == Provenance::measured) measured += row.energy->value();
  return std::clamp(measured / energy.total->value(), 0.0, 1.0);
}

void put_measured(const run::MeasureResult& measured, RunEnded& record) {
  record.exit_status = measured.exit_status;
  record.run_id = measured.run_id;
  record.duration = measured.duration;
  record.energy = measured.energy.total;
  record.provenance = measured.energy.provenance;
  record.measured_share = measured_share(measured.energy);
}

/// The plan names GPUs, and the energy has none: it is that of another environment.
bool misses_its_gpus(const RunSetup& setup, const trace::RunEnergy& energy) {
  if (setup.environment == nullptr || setup.environment->gpus.empty()) return false;
  return std::ranges::none_of(energy.components, [](const trace::ComponentEnergy& row) {
    return row.component == trace::Component::gpu && row.energy;
  });
}

/// What a reader should know of a run, beside how its devices behaved.
void add_remarks(RunEnded& record, const RunSetup& setup, const Plan& plan, const FileFigures& files,
                 std::size_t left_behind) {
  auto& flags = record.conduct.flags;
  if (left_behind > 0)
    flags.push_back(fmt::format("{} process{} that it left behind {} ended", left_behind,
                                left_behind == 1 ? "" : "es", left_behind == 1 ? "was" : "were"));
  for (const auto& problem : collect_files(setup)) flags.push_back(problem);
  if (record.outcome != Outcome::finished) return;
  flags.insert(flags.end(), files.missing.begin(), files.missing.end());
  for (const auto& metric : plan.metrics)
    if (metric.file.empty() && !record.metrics.contains(metric.name))
      flags.push_back(fmt::format("no {}: the training did not tell it", metric.name));
}

}  // namespace

Status LocalExecutor::set_limits(const Environment* environment) {
  const bool wanted = environment != nullptr && environment->power_limit;
  const std::string name = wanted ? environment->name : "";
  if (name == limits_of_) return {};
  limits_.reset();
  limits_of_.clear();
  if (!wanted) return {};
  auto limits = PowerLimits::set(environment->gpus, *environment->power_limit);
  if (!limits) return propagate(limits.error());
  limits_.emplace(std::move(*limits));
  limits_of_ = name;
  return {};
}

Result<Executed> LocalExecutor::run(const RunSetup& setup, const RunWishes& wishes) {
  if (const auto set = set_limits(setup.environment); !set) return propagate(set.error());
  std::error_code error;
  fs::create_directories(setup.output, error);
  if (error) return fail(ErrorKind::denied, setup.output, "cannot be made: {}", error.message());
  return measure(setup, wishes);
}

Result<Executed> LocalExecutor::measure(const RunSetup& setup, const RunWishes& wishes) {
  OutputWatch watch(*plan_);
  FileFigures files;
  auto options = options_for(setup, *plan_, store_, wishes);
  options.supervision->hear = [&](int stream, std::string_view bytes) { watch.hear(stream, bytes); };
  options.supervision->metrics = [&] {
    watch.finish();
    files = figures_in_files(setup, *plan_);
    auto figures = files.figures;
    figures.insert(watch.metrics().begin(), watch.metrics().end());
    return figures;
  };
  auto environment = sensors::real_environment();
  if (setup.environment != nullptr) environment.gpus = setup.environment->gpus;
  const auto roots = environment.roots;
  const auto& clock = system_clock();

  Executed executed;
  auto& record = executed.record;
  record.place = setup.place;
  record.levels = setup.levels;
  record.began = clock.wall();
  const auto before = read_noise(roots);
  const auto since = clock.steady();
  const auto measured = measure_aside(options, std::move(environment), setup.output / output_log);
  const auto left = end_what_is_left();
  record.ended = clock.wall();
  const auto after = read_noise(roots);
  if (!measured) {
    record.outcome = Outcome::not_started;
    record.reason = to_string(measured.error());
    return executed;
  }
  executed.asked_to_end = measured->asked_to_end;
  executed.over_budget = measured->over_limit;
  put_measured(*measured, record);
  const auto judgement = judge({.exit_status = measured->exit_status,
                                .timed_out = measured->timed_out,
                                .asked_to_end = measured->asked_to_end,
                                .over_budget = measured->over_limit,
                                .memory_sign = watch.out_of_memory(),
                                .disk_sign = watch.disk_full(),
                                .kernel_killed = before.oom_kills && after.oom_kills > before.oom_kills},
                               *plan_);
  record.outcome = judgement.outcome;
  record.reason = judgement.reason;
  if (record.outcome == Outcome::finished && misses_its_gpus(setup, measured->energy)) {
    record.outcome = Outcome::failed;
    record.reason = fmt::format("no GPU of the environment {} could be measured", setup.environment->name);
  }
  record.metrics = files.figures;
  record.metrics.insert(watch.metrics().begin(), watch.metrics().end());
  record.noise = noise_between(before, after, clock.steady() - since);
  add_from_store(record, *plan_, measured->store.empty() ? store_ : measured->store.string());
  add_remarks(record, setup, *plan_, files, left);
  if (!measured->output_lost.empty()) record.conduct.flags.push_back("output.log: " + measured->output_lost);
  if (!measured->store.empty() && measured->store != store_)
    record.conduct.flags.push_back("stored in " + measured->store.string());
  return executed;
}

}  // namespace joulecast::lab
