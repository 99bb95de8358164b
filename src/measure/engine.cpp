#include "measure/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "measure/host.hpp"
#include "measure/live_projection.hpp"
#include "measure/rank_boards.hpp"
#include "sensors/support/gpu_cards.hpp"
#include "store/run_store.hpp"

namespace joulecast::measure {
namespace {

constexpr Seconds asked_reading_limit{0.1};  ///< a caller of tick() waits for it

}  // namespace

Engine::Engine(MeasurementOptions options, sensors::Environment environment,
               sensors::SensorSelection selection, std::optional<progress::SocketServer> socket,
               Observer* observer)
    : options_(std::move(options)),
      environment_(std::move(environment)),
      socket_(std::move(socket)),
      observer_(observer != nullptr ? observer : &nobody_),
      meters_(std::move(selection), options_.interval, *environment_.clock),
      limits_(options_.limits),
      header_(std::move(options_.run)) {
  if (!trace::is_known(header_.info.job)) header_.info.job = trace::job_of(environment_.variable);
  know_limits();
  keep_node_list();
}

std::optional<Watts> Engine::measure_idle(Seconds duration, const std::function<bool()>& stop) {
  const auto idle = meters_.look_at_idle(
      duration, stop ? stop : [] { return false; });
  header_.idle_baseline = idle.power;
  if (idle.power && !idle.busy.empty()) {
    header_.notes.push_back(fmt::format(
        "the machine was not idle when its idle power was measured ({}): the baseline is too high",
        idle.busy));
    observer_->trouble(header_.notes.back());
  }
  return header_.idle_baseline;
}

void Engine::begin(Moment at) {
  start_ = at.steady;
  header_.started = at.wall;
  describe_machine();
  open_record();
  recorder_.emplace(meters_.sampler(), start_, sink());
  tell_continuation();
  training_.emplace(start_,
                    progress::KnownTotals{options_.total_epochs, options_.total_steps,
                                          earlier_ ? earlier_->first_epoch : std::nullopt},
                    sink(), earlier_);
  training_->when_total_is_learned([this](double total, const std::string& unit) {
    header_.info.total_work = total;  // stored, so that an interrupted run can be projected later
    header_.info.work_unit = unit;
    sink().describe(header_);
  });
  clock_watch_.emplace(clock());
  miss_named_gpus();
}

void Engine::describe_machine() {
  header_.host = describe_host(environment_, meters_.channels());
  if (header_.host.gpus.empty()) return;
  header_.info.training.gpu = header_.host.gpus.front();
  header_.info.training.gpu_count = static_cast<int>(header_.host.gpus.size());
}

std::vector<progress::Event> Engine::hear_socket() {
  auto events = service_socket();
  measure_boards_of_ranks();
  return events;
}

std::vector<progress::Event> Engine::service_socket() {
  if (!socket_) return {};
  auto events = socket_->service(clock());
  greet_ranks();
  note_failed_ranks();
  return events;
}

void Engine::leave_progress_to_host() {
  if (socket_) socket_->leave_progress_to_host();
}

/// In the words of the host, whose users may have no options.
void Engine::note(const std::string& line) {
  sink().note(options_.in_words ? options_.in_words(line) : line);
}

/// Once it is clear that no driver gives any. The rest is measured.
void Engine::miss_named_gpus() {
  const auto& named = environment_.gpus;
  if (named.empty() || meters_.awaits_drivers() || missing_gpus_told_) return;
  missing_gpus_told_ = true;
  if (std::ranges::any_of(meters_.channels(), [](const trace::Channel& channel) {
        return channel.component == trace::Component::gpu;
      }))
    return;
  const auto line =
      fmt::format("GPU{} {} {} to be measured, but no GPU can be measured here", named.size() == 1 ? "" : "s",
                  fmt::join(named, ", "), named.size() == 1 ? "was" : "were");
  note(line);
  observer_->trouble(line);
}

/// Starts the sensors whose drivers were too slow for the command to wait for them.
void Engine::take_late_sensors() {
  const auto known = meters_.channels().size();
  const auto taken = meters_.take_late();
  if (taken.empty()) return;
  recorder_->follow(meters_.sampler());
  if (recording_) recording_->add(std::span(meters_.channels()).subspan(known));
  describe_machine();
  sink().describe(header_);
  const auto since = to_text(clock().steady() - start_);
  for (const auto& [sensor, ranks] : taken)
    if (ranks.empty())
      note(fmt::format("{} measures from {} on: its driver took that long to answer", sensor, since));
    else if (sensor == hidden_boards_name)
      note(fmt::format("GPUs of {} are not measured: the system hides them from the rank that measures",
                       ranks));
    else
      note(fmt::format("{} measures the GPUs of {} from {} on, when it was known which", sensor, ranks,
                       since));
}

/// Runs a step that follows the training's messages. If it fails, the energy is still measured.
void Engine::follow_training(const std::function<void(Training&)>& step) {
  if (!follows_training_) return;
  try {
    step(*training_);
  } catch (const std::exception& error) {
    follows_training_ = false;
    const auto line = fmt::format("the training's epochs are not followed any more: {}", error.what());
    note(line);
    observer_->trouble(line);
  }
}

/// Once, and as soon as it is heard.
void Engine::tell_disagreement() {
  const auto& found = training_->disagreement();
  if (!found || std::exchange(disagreement_told_, true)) return;
  const auto unit = progress::name_of(found->unit);
  const auto line = fmt::format(
      "--{0}s says {1:g} {0}s, the training {2:g}: its own number is used, and no limit acts on the "
      "forecast",
      unit, found->said, found->heard);
  note(line);
  observer_->trouble(line);
}

/// Kept with the run, for whoever forecasts it later.
void Engine::keep_doubt() {
  using enum trace::ForecastDoubt;
  const auto doubt = training_->doubt();
  // These two are plain from the record itself, and --epochs may still help.
  const auto name = doubt == no_progress || doubt == no_total ? "" : trace::name_of(doubt);
  if (header_.info.forecast_doubt == name) return;
  header_.info.forecast_doubt = name;
  sink().describe(header_);
}

void Engine::take_over(Heard heard) {
  if (heard.work_is_being_ended) follow_training([](Training& training) { training.end_forecasts(); });
  auto events = socket_ ? socket_->own_that_count(std::move(heard.by_host)) : std::move(heard.by_host);
  std::ranges::move(heard.by_socket, std::back_inserter(events));
  std::ranges::move(service_socket(), std::back_inserter(events));
  // A metric of one rank belongs to an epoch that another one tells of.
  if (socket_ && !socket_->ranks().empty())
    std::ranges::stable_sort(events, std::less{}, &progress::Event::time);
  training_->hear(std::move(events));
  recorder_->take(meters_.drain());
  for (const auto& text : heard.notes) sink().note(text);
  if (!heard.limits) return;
  limits_ = Limits(*heard.limits);
  limits_are_the_hosts_ = true;
  tell_ranks_of_limits();
}

void Engine::tick(Heard heard, Fresh fresh) {
  if (fresh == Fresh::yes) meters_.sampler().read_now(asked_reading_limit);
  {
    std::optional<store::RunWriter::Batch> one_commit;
    if (auto* kept = writer()) one_commit.emplace(*kept);
    take_over(std::move(heard));
    take_late_sensors();
    measure_boards_of_ranks();
    miss_named_gpus();
    for (const auto& line : clock_watch_->look()) note(line);
    name_beside_checkpoints();
    follow_training([this](Training& training) {
      training.update([this](Seconds time) { return recorder_->energy_until(time); });
    });
    tell_disagreement();
    keep_doubt();
  }
  tell_trouble();
  check_limits();
}

void Engine::check_limits() {
  bool acted = false;
  const auto check = [&](Limits& limits, const auto& tell) {
    for (const auto& verdict : limits.check(limit_state(limits))) {
      // What acted is in the record, also where it would not be kept otherwise.
      if (verdict.projected) follow_training([](Training& training) { training.keep_projection(); });
      tell(verdict);
      acted = true;
    }
    return limits.has_ended_the_work();
  };
  bool ended = check(limits_, [this](const Limits::Verdict& verdict) { tell_limit(verdict); });
  for (auto& held : others_limits_.held())
    ended =
        ended || check(held.limits, [&](const Limits::Verdict& verdict) { tell_limit_of(held, verdict); });
  if (acted) tell_ranks_of_limits();
}

std::optional<Joules> Engine::used_with_earlier() const {
  const auto used = recorder_->live().energy.total;
  if (!earlier_ || !earlier_->energy) return used;
  return used.value_or(Joules{0}) + *earlier_->energy;
}

/// What has been used is known even if the training's messages cannot be followed.
LimitState Engine::limit_state(const Limits& limits) {
  LimitState state;
  state.elapsed = clock().steady() - start_;
  state.used = used_with_earlier();
  follow_training([&](Training& training) {
    state.doubt = training.doubt();
    const auto& projection = training.projection();
    if (!projection) return;
    state.projected = projection->total.value;
    state.ready = training.may_act();
    if (limits.options().projected)
      state.probability_above = training.probability_above(*limits.options().projected);
  });
  return state;
}

void Engine::tell_limit(Limits::Verdict verdict) {
  if (recording_) verdict.run_id = recording_->id();
  if (verdict.action != OnLimit::terminate) note(verdict.why);  // the host tells how it ended the work
  observer_->limit_reached(verdict);
}

void Engine::hurry() {
  const auto wait = std::chrono::duration<double>(options_.store_patience.value());
  patience_->end_at(store::Patience::Time::clock::now() +
                    std::chrono::duration_cast<store::Patience::Time::duration>(wait));
}

void Engine::finish(Heard heard, const Ending& ending) {
  const auto end = ending.at.value_or(clock().steady());
  duration_ = end - start_;
  meters_.sampler().stop();
  {
    std::optional<store::RunWriter::Batch> one_commit;
    if (auto* kept = writer()) one_commit.emplace(*kept);
    take_over(std::move(heard));
    for (const auto& line : clock_watch_->look()) note(line);
    looked_for_checkpoints_ = {};
    name_beside_checkpoints();
    recorder_->finish();
    const bool as_planned = ending.status == trace::RunStatus::finished && !ending.was_asked_to_end;
    follow_training([this, end, as_planned](Training& training) {
      training.finish(
          end, [this](Seconds time) { return recorder_->energy_until(time); }, as_planned);
    });
    keep_doubt();
    tell_end_of_limits();
    note_losses();
    note_rates();
  }
  note_ranks();
  note_unnamed_boards();
  socket_.reset();  // later messages find no listener
  // A driver that takes this long has a GPU to wake.
  if (meters_.awaits_drivers() && header_.host.gpus.empty() && sensors::may_use_cuda(environment_))
    header_.host.gpus.emplace_back("GPU whose driver did not answer in time");
  header_.sensors = meters_.statuses();
  note_boards();
  if (options_.own_cpu) header_.sampler_cpu = options_.own_cpu();
  header_.status = ending.status;
  header_.exit_status = ending.exit_status;
  fail_with_ranks();
  if (ending.was_asked_to_end && ending.status == trace::RunStatus::finished && !training_->is_done())
    header_.status = trace::RunStatus::interrupted;
  header_.span.end = duration_;
  (void)sink().end(header_);  // data that was not stored is reported as trouble
  tell_trouble();
}

void Engine::note_losses() {
  for (const auto& fault : recorder_->faults()) note(fault);
  if (const auto dropped = meters_.sampler().dropped(); dropped > 0)
    note(fmt::format("{} readings were lost because joulecast was kept from running", dropped));
  if (training_->came_at_once()) {
    header_.info.epoch_bounds_recorded = false;
    note(
        "the training's output came all at once, as from a buffer: when its epochs began and ended is not "
        "known");
  }
  if (training_->contradictions() > 0)
    note(fmt::format(
        "the training's messages about its epochs contradicted each other {}",
        training_->contradictions() == 1 ? "once" : fmt::format("{} times", training_->contradictions())));
  if (socket_ && socket_->left_out() > 0)
    note(
        "another process told its progress, too; it is left out, because the first one to tell is the run's");
  if (socket_ && socket_->lost() > 0)
    note(fmt::format("{} messages of the training came faster than they could be read, and are not kept",
                     socket_->lost()));
  if (socket_ && socket_->refused() > 0)
    note(fmt::format("{} messages of the training were refused, the last one because: {}", socket_->refused(),
                     socket_->last_refusal()));
}

/// A user who asks for more than a source can give gets what it gives.
void Engine::note_rates() {
  std::map<std::string, Seconds> slower;
  const auto& channels = meters_.channels();
  for (std::uint32_t i = 0; i < channels.size(); ++i) {
    const auto period = meters_.sampler().period(i);
    const bool gives_energy =
        channels[i].provenance != Provenance::missing &&
        (channels[i].quantity == trace::Quantity::energy || channels[i].quantity == trace::Quantity::power);
    if (gives_energy && period > options_.interval) slower[channels[i].sensor] = period;
  }
  std::string list;
  for (const auto& [sensor, period] : slower)
    list += fmt::format("{}{} every {}", list.empty() ? "" : ", ", sensor, to_text(period));
  if (list.empty()) return;
  note(fmt::format("read less often than every {}, because more often gives nothing new: {}",
                   to_text(options_.interval), list));
}

Live Engine::live() const {
  Live live;
  if (recording_) live.run_id = recording_->id();
  live.elapsed = clock().steady() - start_;
  live.energy = recorder_->live();
  live.epoch = training_->current_epoch();
  live.total_epochs = training_->total_epochs();
  live.metrics = training_->metrics();
  live.phase = training_->phase();
  live.work_is_done = (training_->is_done() || training_->was_left_early()) && !training_->exceeded();
  live.exceeded = training_->exceeded();
  live.doubt = training_->doubt();
  live.projection = training_->projection();
  if (earlier_) {
    live.earlier_energy = earlier_->energy;
    live.earlier = earlier_->duration;
  }
  if (const auto used = used_with_earlier(); live.projection && used)
    live.projection = at_time(*live.projection, *used, live.earlier + live.elapsed);
  return live;
}

MeasurementResult Engine::result() const {
  MeasurementResult result;
  if (recording_) {
    result.run_id = recording_->id();
    result.store = recording_->path();
    result.journal = recording_->journal();
  }
  result.energy = recorder_->components_until(duration_);  // the last readings were taken after the end
  result.duration = duration_;
  return result;
}

}  // namespace joulecast::measure
