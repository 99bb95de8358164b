// The work of a measurement, without its thread. Only one thread may call it at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "measure/clock_watch.hpp"
#include "measure/measurement.hpp"
#include "measure/meters.hpp"
#include "measure/rank_limits.hpp"
#include "measure/recording.hpp"
#include "measure/training.hpp"
#include "store/patience.hpp"

namespace joulecast::measure {

/// Data from other threads since the previous tick.
struct Heard {
  std::vector<progress::Event> by_host;
  std::vector<progress::Event> by_socket;
  std::vector<std::string> notes;
  std::optional<LimitOptions> limits;  ///< new ones
  bool work_is_being_ended = false;    ///< by the host: forecasts end
};

class Engine {
 public:
  Engine(MeasurementOptions options, sensors::Environment environment, sensors::SensorSelection selection,
         std::optional<progress::SocketServer> socket, Observer* observer);

  /// See sampling::Sampler::when_read().
  void when_read(std::function<void()> call) { meters_.sampler().when_read(std::move(call)); }
  /// Starts reading the sensors. retry if no threads are available.
  [[nodiscard]] Status begin_sampling() { return meters_.sampler().start(); }
  /// Mean power over this duration, or until `stop` returns true. Nothing if no sensor measures it. Call
  /// before begin().
  std::optional<Watts> measure_idle(Seconds duration, const std::function<bool()>& stop);

  /// Begins the run and opens its record.
  void begin(Moment at);
  enum class Fresh { yes, no };
  /// Takes the new readings and messages, stores them, and checks the limits. `fresh`: reads the sensors
  /// before.
  void tick(Heard heard, Fresh fresh);
  /// The store's patience ends soon. Any thread.
  void hurry();
  /// Takes the remaining data and closes the run.
  void finish(Heard heard, const Ending& ending);

  /// Readable when the socket has data; -1 if there is no socket.
  [[nodiscard]] int socket_descriptor() const { return socket_ ? socket_->descriptor() : -1; }
  /// Between begin() and finish().
  [[nodiscard]] std::vector<progress::Event> hear_socket();
  /// This process tells the progress: what others tell of theirs is left out.
  void leave_progress_to_host();
  /// The other ranks of this node that attached here.
  [[nodiscard]] std::vector<progress::AttachedRank> ranks() const;
  [[nodiscard]] std::optional<SteadyTime> taken_over() const;
  void tell_ranks(const progress::RankOrder& order);

  [[nodiscard]] Live live() const;
  [[nodiscard]] MeasurementResult result() const;
  [[nodiscard]] const Clock& clock() const { return *environment_.clock; }

 private:
  /// The record, or a sink that discards everything.
  [[nodiscard]] trace::RunSink& sink();
  [[nodiscard]] store::RunWriter* writer() { return recording_ ? recording_->writer() : nullptr; }
  void note(const std::string& line);
  void tell_trouble();
  void announce();
  void describe_machine();
  void open_record();
  void tell_continuation();
  void name_beside_checkpoints();
  void take_over(Heard heard);
  void take_late_sensors();
  void measure_boards_of_ranks();
  void await_boards_of(std::span<const progress::AttachedRank> ranks);
  void note_boards();
  void note_unnamed_boards();
  void miss_named_gpus();
  void follow_training(const std::function<void(Training&)>& step);
  [[nodiscard]] LimitState limit_state(const Limits& limits);
  [[nodiscard]] std::optional<Joules> used_with_earlier() const;
  void tell_disagreement();
  void keep_doubt();
  void tell_limit(Limits::Verdict verdict);
  void check_limits();
  void tell_end_of_limits();
  void know_limits();
  void keep_node_list();
  void tell_limit_of(const RankLimitList::Held& held, Limits::Verdict verdict);
  void tell_ranks_of_limits();
  void note_losses();
  [[nodiscard]] std::vector<progress::Event> service_socket();
  void greet_ranks();
  void note_failed_ranks();
  void note_ranks();
  void fail_with_ranks();
  void note_rates();

  MeasurementOptions options_;
  sensors::Environment environment_;
  std::optional<progress::SocketServer> socket_;
  Observer nobody_;
  Observer* observer_;
  Meters meters_;
  Limits limits_;
  bool limits_are_the_hosts_ = false;  ///< set while it ran: this rank alone acts on them
  RankLimitList others_limits_;
  SteadyTime start_;
  trace::Run header_;  ///< the run without its measurements, as last sent to the store
  trace::NullSink nowhere_;
  const std::shared_ptr<store::Patience> patience_ = std::make_shared<store::Patience>();
  std::unique_ptr<Recording> recording_;  ///< nullptr if creating it failed
  std::filesystem::path announced_;       ///< the store that other processes know
  std::optional<sampling::Recorder> recorder_;
  std::optional<Earlier> earlier_;
  bool awaits_checkpoints_ = false;  ///< the file that names the run beside them is still to be written
  SteadyTime looked_for_checkpoints_;
  std::optional<Training> training_;
  std::optional<ClockWatch> clock_watch_;
  Seconds duration_{0};
  std::size_t greeted_ranks_ = 0;
  std::size_t ranks_with_boards_ = 0;   ///< whose boards were looked for
  std::set<std::size_t> failed_ranks_;  ///< their places, that were noted
  int failed_rank_status_ = 0;          ///< of the first other rank that failed
  bool lost_rank_ = false;              ///< one was killed, or died without a word
  bool missing_gpus_told_ = false;
  bool disagreement_told_ = false;
  bool follows_training_ = true;
};

}  // namespace joulecast::measure
