#include "serve/service.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "base/system_error.hpp"
#include "report/machine/openmetrics.hpp"
#include "run/signals.hpp"
#include "serve/event_hub.hpp"
#include "serve/page_files.hpp"
#include "serve/run_events.hpp"
#include "serve/run_shelf.hpp"
#include "serve/server.hpp"
#include "session/runs/runs_cache.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_runs = 32;        ///< with metrics of their own
constexpr std::size_t most_live_runs = 200;  ///< of all machines
constexpr Seconds look_at_runs{5};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Seconds cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return Seconds{static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

/// The runs of a machine, as its metrics show them.
session::RunningRuns runs_of_host(const session::RunningRuns& all, const std::string& host) {
  session::RunningRuns runs;
  runs.left_out = all.left_out;
  runs.store_answers = all.store_answers;
  for (const auto& run : all.runs) {
    if (run.host != host) continue;
    if (runs.runs.size() < most_runs)
      runs.runs.push_back(run);
    else
      ++runs.left_out;
  }
  return runs;
}

/// What the answers are made of, as long as the program lives.
class Sources {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Sources>> start(const ServiceRequest& request,
                                                              const ServiceNotes& notes) {
    auto meters = session::NodeMeters::start(request.meters, sensors::real_environment());
    if (!meters) return propagate(meters.error());
    auto sources = std::make_unique<Sources>(std::move(*meters));
    const bool all = request.scope == Scope::everything;
    auto runs = session::RunsCache::start(
        {request.store, all ? "" : sources->host_, all ? most_live_runs : most_runs}, look_at_runs,
        {.trouble = notes.trouble,
         .looked = all ? [self = sources.get()](
                             const session::RunningRuns& found) { self->run_events_.tell(found); }
                       : std::function<void(const session::RunningRuns&)>(),
         .is_watched = [hub = sources->events_] { return hub->is_watched(); }});
    if (!runs) return propagate(runs.error());
    sources->runs_ = std::move(*runs);
    return sources;
  }
  explicit Sources(session::NodeMeters meters)
      : meters_(std::move(meters)),
        host_(host_name()),
        began_(system_clock().wall()),
        events_(std::make_shared<EventHub>(fmt::format("{:x}", began_.ns))),
        run_events_(*events_) {}

  [[nodiscard]] std::string metrics(report::MetricsFormat format) {
    const report::ExporterCost cost{cpu_time(), began_, static_cast<double>(++answers_)};
    return report::metrics_text(*meters_.now(), runs_of_host(*runs_->now(), host_), cost, format);
  }
  [[nodiscard]] std::shared_ptr<const session::RunningRuns> running() const { return runs_->now(); }
  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] const std::shared_ptr<EventHub>& events() const { return events_; }

 private:
  session::NodeMeters meters_;
  const std::string host_;
  const WallTime began_;
  const std::shared_ptr<EventHub> events_;
  RunEvents run_events_;
  std::atomic<std::uint64_t> answers_{0};
  std::unique_ptr<session::RunsCache> runs_;  ///< the last: it calls the others
};

Result<ServerOptions> server_options(const ServiceRequest& request) {
  ServerOptions options;
  auto listen = parse_listen_address(request.listen);
  if (!listen) return propagate(listen.error());
  options.listen = *listen;
  auto token = load_token(request.token_file, std::getenv("JOULECAST_TOKEN"));
  if (!token) return propagate(token.error());
  options.guard.is_local = listen->is_local();
  options.guard.token = *token;
  options.guard.host_names = request.allow_host;
  auto cookie = LoginCookie::create(listen->port);
  if (!cookie) return propagate(cookie.error());
  options.guard.cookie = std::move(*cookie);
  if (listen->is_local()) return options;
  if (token->empty())
    return fail_field(
        "listen",
        "other machines reach {}, so clients need a token: put one into a file for --token-file, "
        "or into JOULECAST_TOKEN",
        listen->text());
  options.guard.host_names.push_back(host_name());
  return options;
}

Services services_of(const ServiceRequest& request, const GuardOptions& guard, Sources& sources,
                     std::shared_ptr<const PageFiles> page) {
  Services services;
  services.store = request.store;
  services.host = sources.host();
  services.place = request.place;
  services.needs_token = !guard.token.empty();
  services.metrics = [&sources](report::MetricsFormat format) { return sources.metrics(format); };
  services.running = [&sources] { return sources.running(); };
  services.log_in = [guard](std::string_view token) -> std::optional<std::string> {
    if (guard.token.empty() || !equal_in_constant_time(token, guard.token)) return std::nullopt;
    return guard.cookie.set();
  };
  services.log_out = guard.cookie.removed();
  services.page = std::move(page);
  services.shelf = std::make_shared<RunShelf>(request.store);
  services.events = sources.events();
  return services;
}

Router router_of(const ServiceRequest& request, Services services) {
  std::vector<const Route*> routes;
  for (const auto* route : all_routes()) {
    if (request.scope == Scope::exporter && !route->in_exporter) continue;
    routes.push_back(route);
    services.paths.push_back(route->path);
  }
  return {std::move(routes), std::move(services)};
}

/// Waits without waking up; Ctrl-Z stops the program and `fg` lets it go on.
Status wait_for_end(const run::SignalGuard& guard) {
  const auto signals = guard.descriptor();
  if (!signals) return propagate(signals.error());
  while (true) {
    pollfd waiting{signals->get(), POLLIN, 0};
    if (::poll(&waiting, 1, -1) < 0 && errno != EINTR) return fail_errno("poll", errno);
    signalfd_siginfo info{};
    if (::read(signals->get(), &info, sizeof info) != sizeof info) continue;
    if (run::ends_a_process(static_cast<int>(info.ssi_signo))) return {};
    if (info.ssi_signo == SIGTSTP) guard.stop_here();
  }
}

}  // namespace

Status serve_until_asked_to_end(const ServiceRequest& request, const ServiceNotes& notes) {
  const run::SignalGuard guard;
  auto options = server_options(request);
  if (!options) return propagate(options.error());
  auto sources = Sources::start(request, notes);
  if (!sources) return propagate(sources.error());
  const bool has_page = request.scope == Scope::everything;
  auto page = std::make_shared<const PageFiles>(has_page ? PageFiles::read(page_folder()) : PageFiles());
  auto router = router_of(request, services_of(request, options->guard, **sources, page));
  const auto server = Server::start(std::move(*options), std::move(router));
  if (!server) return propagate(server.error());
  notes.ready("http://" + server->address().text(), !page->empty());
  return wait_for_end(guard);
}

}  // namespace joulecast::serve
