#include "serve/service.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "base/system_error.hpp"
#include "report/openmetrics.hpp"
#include "run/signals.hpp"
#include "serve/runs_cache.hpp"
#include "serve/server.hpp"

namespace joulecast::serve {
namespace {

constexpr std::size_t most_runs = 32;  ///< with metrics of their own
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

/// What the metrics are made of, as long as the program lives.
class Sources {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Sources>> start(const ServiceRequest& request,
                                                              const ServiceNotes& notes) {
    auto meters = session::NodeMeters::start(request.meters, sensors::real_environment());
    if (!meters) return propagate(meters.error());
    auto runs = RunsCache::start({request.store, host_name(), most_runs}, look_at_runs, notes.trouble);
    if (!runs) return propagate(runs.error());
    return std::make_unique<Sources>(std::move(*meters), std::move(*runs));
  }
  Sources(session::NodeMeters meters, std::unique_ptr<RunsCache> runs)
      : meters_(std::move(meters)), runs_(std::move(runs)), began_(system_clock().wall()) {}

  [[nodiscard]] std::string metrics(report::MetricsFormat format) {
    const report::ExporterCost cost{cpu_time(), began_, static_cast<double>(++answers_)};
    return report::metrics_text(*meters_.now(), *runs_->now(), cost, format);
  }

 private:
  session::NodeMeters meters_;
  std::unique_ptr<RunsCache> runs_;
  const WallTime began_;
  std::atomic<std::uint64_t> answers_{0};
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

Router router_of(const ServiceRequest& request, Sources& sources) {
  std::vector<const Route*> routes;
  Services services;
  for (const auto* route : all_routes()) {
    if (request.scope == Scope::exporter && !route->in_exporter) continue;
    routes.push_back(route);
    services.paths.push_back(route->path);
  }
  services.store = request.store;
  services.metrics = [&sources](report::MetricsFormat format) { return sources.metrics(format); };
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
  const auto server = Server::start(std::move(*options), router_of(request, **sources));
  if (!server) return propagate(server.error());
  notes.ready("http://" + server->address().text());
  return wait_for_end(guard);
}

}  // namespace joulecast::serve
