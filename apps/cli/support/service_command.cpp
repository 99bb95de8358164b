#include "cli/support/service_command.hpp"

#include <memory>

#include "base/text.hpp"
#include "carbon/intensity.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  serve::ServiceRequest request;
  std::string interval = "1s";
  std::string (*told)(const std::string& url, bool has_page) = nullptr;
};

int run(Options& options) {
  const auto interval = parse_duration(options.interval);
  if (!interval)
    return report_error({ErrorKind::invalid, "'" + options.interval + "' is no duration: 1s, 500ms",
                         "interval", /*is_field=*/true});
  options.request.meters.interval = *interval;
  if (const auto known = carbon::check(options.request.place); !known) return report_error(known.error());
  const auto served = serve::serve_until_asked_to_end(
      options.request,
      {[&](const std::string& url, bool has_page) { note(options.told(url, has_page)); }, note});
  return served ? done : report_error(served.error());
}

}  // namespace

std::function<int()> define_service(Arguments app, serve::Scope scope, const std::string& listen,
                                    std::string (*told)(const std::string& url, bool has_page)) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  request.scope = scope;
  request.listen = listen;
  options->told = told;
  app.add_option(
         "--listen", request.listen,
         "Address and port; another address than localhost's needs a token, port 0 is any that is free")
      .type_name("ADDRESS:PORT")
      .show_default();
  app.add_option(
         "--token-file", request.token_file,
         "File with the token that clients must send (Authorization: Bearer); or set $JOULECAST_TOKEN")
      .type_name("FILE");
  app.add_option("--allow-host", request.allow_host,
                 "Another name by which clients may call this machine (the Host header)")
      .type_name("NAME")
      .one_value_each();
  app.add_option("--interval", options->interval, "How often the sensors are read")
      .type_name("TIME")
      .show_default();
  app.add_option("--sensor", request.meters.sensors, "Only these sensors").type_name("NAME");
  app.add_option("--gpu", request.meters.gpus, "Only these GPUs, by index or UUID").type_name("GPU");
  add_store_option(app, request.store);
  if (scope == serve::Scope::everything) add_place_options(app, request.place);
  return [options] { return run(*options); };
}

}  // namespace joulecast::cli
