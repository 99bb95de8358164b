#include <fmt/format.h>
#include <nanobind/stl/string_view.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

#include "base/descriptor.hpp"
#include "base/roots.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "bind/at_exit.hpp"
#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/steps.hpp"
#include "bind/teller.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "carbon/intensity.hpp"
#include "measure/node_measurement.hpp"
#include "progress/meeting.hpp"
#include "sensors/support/sensor.hpp"
#include "store/run_store.hpp"

namespace joulecast::python {
namespace {

using measure::Live;
using measure::NodeMeasurement;

constexpr Seconds longest_wait{1};  ///< for a locked store, in the user's own thread

/// Keeps what the measurement's thread has to say until a Python thread asks for it, because that thread
/// never takes the interpreter's lock.
class Messages final : public measure::NodeObserver {
 public:
  void trouble(const std::string& line) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(in_python_words(line));
    *attention_ = true;
  }
  void limit_reached(const measure::Limits::Verdict& verdict) override {
    const std::lock_guard lock(mutex_);
    if (verdict.action == measure::OnLimit::terminate)
      stop_ = in_python_words(verdict.why);
    else
      lines_.push_back(in_python_words(verdict.why));
    *attention_ = true;
  }
  void asked_to_end(const std::string& why) override {
    const std::lock_guard lock(mutex_);
    stop_ = in_python_words(why);
    *attention_ = true;
  }

  /// Lines to warn of, and why the work should end, if it should.
  std::pair<std::vector<std::string>, std::optional<std::string>> take() {
    const std::lock_guard lock(mutex_);
    *attention_ = false;
    return {std::exchange(lines_, {}), std::exchange(stop_, std::nullopt)};
  }
  [[nodiscard]] std::shared_ptr<const std::atomic<bool>> attention() const { return attention_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::optional<std::string> stop_;
  std::shared_ptr<std::atomic<bool>> attention_ = std::make_shared<std::atomic<bool>>(false);
};

struct TrackerOptions {
  std::string name;
  std::vector<std::string> command;
  bool keep_arguments = false;
  std::string resume, checkpoint_folder;
  std::map<std::string, std::string> tags;
  std::string store;
  double interval_s = 1;
  std::vector<std::string> sensors;
  std::vector<std::string> gpus;
  int local_ranks = 1;
  std::string within;  ///< of the blocks of this process that are open already; "" = none
  std::optional<double> total_epochs, total_steps;
  std::string country, region;
  std::optional<double> intensity_g_per_kwh, pue;
};

/// The program may go to another folder later.
std::optional<std::filesystem::path> store_of(const std::string& given) {
  const auto store = given.empty() ? store::default_url() : Result<std::string>(given);
  if (store && store::is_on_server(*store)) return std::filesystem::path(*store);
  std::error_code error;
  const auto path = store ? std::filesystem::absolute(*store, error) : std::filesystem::path();
  if (!store || error) return std::nullopt;
  return path;
}

measure::MeasurementOptions measurement_options(const TrackerOptions& options, const std::string& name) {
  measure::MeasurementOptions wanted;
  wanted.run.info.name = options.keep_arguments ? name : without_secrets(name);
  wanted.run.info.source = "python";
  wanted.run.command = options.keep_arguments ? options.command : without_secrets(options.command);
  wanted.run.tags = options.keep_arguments ? options.tags : without_secrets(options.tags);
  wanted.run.place = {options.country, options.region, options.intensity_g_per_kwh, options.pue};
  wanted.interval = Seconds{options.interval_s};
  wanted.sensors = options.sensors;
  wanted.store = store_of(options.store);
  wanted.store_patience = longest_wait;
  wanted.continues.run = options.resume;
  wanted.continues.checkpoints = options.checkpoint_folder;
  wanted.keep_command = options.keep_arguments;
  wanted.total_epochs = options.total_epochs;
  wanted.total_steps = options.total_steps;
  wanted.in_words = in_python_words;
  return wanted;
}

/// A measurement of this process and its machine.
class Tracker {
 public:
  Tracker(const TrackerOptions& options, const std::string& name) {
    const WithoutGil released;
    value_of(store::check_url(options.store));
    value_of(carbon::check({options.country, options.region, options.intensity_g_per_kwh, options.pue}));
    auto environment = sensors::real_environment();
    environment.pid = ::getpid();
    environment.gpus = options.gpus;
    environment.local_ranks = options.local_ranks;
    auto socket = listen(trace::job_of(environment.variable));
    if (socket) socket_ = socket->path().string();
    measure::NodeOptions wanted;
    wanted.measurement = measurement_options(options, name);
    wanted.given_name = options.name.empty() ? "" : wanted.measurement.run.info.name;
    wanted.within = options.within;
    if (wanted.measurement.store) store_ = wanted.measurement.store->string();
    measurement_ = std::make_shared<NodeMeasurement>(value_of(
        NodeMeasurement::prepare(std::move(wanted), environment, std::move(socket), messages_.get())));
    teller_ = teller_of(measurement_);
    value_of(measurement_->start({environment.clock->wall(), environment.clock->steady()}));
  }

  [[nodiscard]] const std::shared_ptr<Teller>& teller() const { return teller_; }
  /// Where other processes can report; "" if nowhere.
  [[nodiscard]] const std::string& socket() const { return socket_; }
  /// Whether this process measures its node, and not another rank.
  [[nodiscard]] bool measures() const { return measurement_->measures(); }
  /// The path that was asked for; "" if there is none.
  [[nodiscard]] const std::string& store() const { return store_; }
  [[nodiscard]] Messages& messages() { return *messages_; }
  [[nodiscard]] Live live() const { return measurement_->live(); }
  void tick() {
    const WithoutGil released;
    measurement_->tick();
  }
  void note(std::string text) { measurement_->note(std::move(text)); }
  void stop_if_projected(double joules, double probability) {
    measure::LimitOptions limits;
    limits.energy = limits.projected = Joules{joules};
    limits.probability = probability;
    limits.at_energy = measure::OnLimit::terminate;
    measurement_->set_limits(std::move(limits));
  }
  measure::MeasurementResult finish(const std::string& status, std::optional<int> exit_status) {
    const WithoutGil released;
    measure::Ending ending;
    ending.exit_status = exit_status;
    ending.status = trace::run_status_from(status).value_or(trace::RunStatus::failed);
    return value_of(measurement_->finish(ending));
  }
  /// Ends the run when the process exits, by its exit status.
  void finish_at_exit() {
    at_exit([measurement = measurement_, messages = messages_](int status) {
      measure::Ending ending;
      if (status != 0) ending.status = trace::RunStatus::failed;
      if (status != 0) ending.exit_status = status;
      (void)measurement->finish(ending);
      for (const auto& line : messages->take().first) fmt::print(stderr, "joulecast: {}\n", line);
    });
  }

 private:
  /// Without a socket child processes lose their voice, and ranks cannot find each other.
  static std::optional<progress::SocketServer> listen(const trace::Job& job) {
    auto server = progress::listen_for(job, temporary_directory());
    if (!server) return std::nullopt;
    return std::move(*server);
  }

  std::shared_ptr<Messages> messages_ = std::make_shared<Messages>();
  std::shared_ptr<NodeMeasurement> measurement_;
  std::shared_ptr<Teller> teller_;
  std::string socket_;
  std::string store_;
};

/// A socket's file may outlive whoever listened.
bool is_listened_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(path, address.sun_path);
  const Descriptor caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // EAGAIN: so many wait already that somebody must be there.
  return caller &&
         (::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
          errno == EAGAIN);
}

void bind_teller(nb::module_& module) {
  nb::class_<Teller>(module, "Teller", "Says what a training does. Work and totals of 0 are unknown.")
      .def("begin_phase", &Teller::begin_phase, nb::arg("name"), nb::arg("unit") = "",
           nb::arg("total_work") = 0.0, "Returns the phase's number.")
      .def("end_phase", &Teller::end_phase, nb::arg("phase"), "Of this number, if it is still open.")
      .def("progress", &Teller::progress, nb::arg("work"), nb::arg("total_work") = 0.0)
      .def("begin_epoch", &Teller::begin_epoch, nb::arg("epoch"))
      .def("epoch_progress", &Teller::epoch_progress, nb::arg("epoch"), nb::arg("work"),
           nb::arg("total_work") = 0.0)
      .def("end_epoch", &Teller::end_epoch, nb::arg("epoch"))
      .def("metric", &Teller::metric, nb::arg("name"), nb::arg("value"))
      .def("begin_window", &Teller::begin_window, nb::arg("name"))
      .def("end_window", &Teller::end_window, nb::arg("name"))
      .def(
          "steps",
          [](std::shared_ptr<Teller> teller, nb::handle items, std::optional<int> epoch, double total,
             double done, std::uint64_t phase, nb::object attend) {
            return std::make_unique<Steps>(nb::iter(items), std::move(teller), epoch, total, done, phase,
                                           nullptr, std::move(attend));
          },
          nb::arg("items"), nb::kw_only(), nb::arg("epoch") = nb::none(), nb::arg("total") = 0.0,
          nb::arg("done") = 0.0, nb::arg("phase") = 0, nb::arg("attend"));
  module.def("attached_teller", attached_teller, "Speaks to the listener that $JOULECAST_SOCKET names.");
  module.def("silent_teller", silent_teller, "Speaks to nobody, and still counts.");
}

void bind_tracker(nb::module_& module) {
  nb::class_<TrackerOptions>(module, "TrackerOptions")
      .def(nb::init<>())
      .def_rw("name", &TrackerOptions::name)
      .def_rw("command", &TrackerOptions::command)
      .def_rw("keep_arguments", &TrackerOptions::keep_arguments)
      .def_rw("resume", &TrackerOptions::resume)
      .def_rw("checkpoint_folder", &TrackerOptions::checkpoint_folder)
      .def_rw("tags", &TrackerOptions::tags)
      .def_rw("store", &TrackerOptions::store)
      .def_rw("interval_s", &TrackerOptions::interval_s)
      .def_rw("sensors", &TrackerOptions::sensors)
      .def_rw("gpus", &TrackerOptions::gpus)
      .def_rw("local_ranks", &TrackerOptions::local_ranks)
      .def_rw("within", &TrackerOptions::within)
      .def_rw("total_epochs", &TrackerOptions::total_epochs, nb::arg().none())
      .def_rw("total_steps", &TrackerOptions::total_steps, nb::arg().none())
      .def_rw("country", &TrackerOptions::country)
      .def_rw("region", &TrackerOptions::region)
      .def_rw("intensity_g_per_kwh", &TrackerOptions::intensity_g_per_kwh, nb::arg().none())
      .def_rw("pue", &TrackerOptions::pue, nb::arg().none());

  nb::class_<Tracker>(module, "Tracker", "Measures this process and its machine until finish().")
      .def(nb::init<const TrackerOptions&, const std::string&>(), nb::arg("options"), nb::arg("name"))
      .def_prop_ro("teller", &Tracker::teller)
      .def_prop_ro("socket", &Tracker::socket)
      .def_prop_ro("store", &Tracker::store)
      .def_prop_ro("measures", &Tracker::measures, "this process, and not another rank of its node")
      .def_prop_ro("attention", [](Tracker& tracker) { return tracker.messages().attention()->load(); })
      .def(
          "take_messages",
          [](Tracker& tracker) {
            auto [lines, stop] = tracker.messages().take();
            return nb::make_tuple(std::move(lines), std::move(stop));
          },
          "Lines to warn of, and why the work should end, or None.")
      .def("live", &Tracker::live)
      .def("tick", &Tracker::tick, "Takes what was read and told until now.")
      .def("note", &Tracker::note, nb::arg("text"))
      .def("stop_if_projected", &Tracker::stop_if_projected, nb::arg("joules"), nb::arg("probability"))
      .def("finish", &Tracker::finish, nb::arg("status"), nb::arg("exit_status") = nb::none(),
           "`exit_status`: of the process, where it is known already.")
      .def("finish_at_exit", &Tracker::finish_at_exit,
           "Ends the run when the process exits: failed, unless its exit status is 0.")
      .def(
          "steps",
          [](Tracker& tracker, nb::handle items, std::optional<int> epoch, double total, double done,
             std::uint64_t phase, nb::object attend) {
            return std::make_unique<Steps>(nb::iter(items), tracker.teller(), epoch, total, done, phase,
                                           tracker.messages().attention(), std::move(attend));
          },
          nb::arg("items"), nb::kw_only(), nb::arg("epoch") = nb::none(), nb::arg("total") = 0.0,
          nb::arg("done") = 0.0, nb::arg("phase") = 0, nb::arg("attend"));
}

}  // namespace

void bind_measurement(nb::module_& module) {
  module.def(
      "parse_duration", [](std::string_view text) { return plain(parse_duration(text)); }, nb::arg("text"),
      "Seconds of \"500ms\", \"2s\", \"1h\"; None for anything else.");
  module.def("is_listened_to", is_listened_to, nb::arg("socket"));
  bind_teller(module);
  bind_tracker(module);
}

}  // namespace joulecast::python
