// Requests to the server: whatever bytes arrive, in whatever pieces, they are read, refused or waited for,
// and an answer has one line where it refuses.
#include <cstdint>
#include <cstdlib>

#include "report/machine/metrics_writer.hpp"
#include "report/server_json.hpp"
#include "serve/event_hub.hpp"
#include "serve/guard.hpp"
#include "serve/parameters.hpp"
#include "serve/request_reader.hpp"
#include "serve/router.hpp"

namespace {

using namespace joulecast;
using serve::RequestReader;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_refusal(const serve::Response& response) {
  check(response.status >= 400 && response.status < 600);
  check(response.body.find('\n') == response.body.size() - 1);
}

/// A refusal names its field in one line, whatever the names and values are.
void check_parameters(const serve::Request& request) {
  serve::Parameters parameters(request);
  static_cast<void>(parameters.number("n", -1, 1));
  static_cast<void>(parameters.whole("w", -1, 1));
  static_cast<void>(parameters.word("o", {"a", "b"}));
  static_cast<void>(parameters.wholes("i", 2, 0, 9));
  if (const auto status = parameters.check(); !status) {
    check(status.error().is_field && !status.error().where.empty());
    const auto refusal = serve::error_response(status.error());
    check(refusal.status == 400 && refusal.body.find('\x1b') == std::string::npos);
  }
}

void answer(const serve::Request& request) {
  static const serve::Guard guard(serve::GuardOptions{true, "0123456789abcdef", {"name"}});
  static const serve::Router router({}, {});
  if (const auto refusal = guard.refuse(request)) check_refusal(*refusal);
  check_refusal(router.find(request).refusal);
  static_cast<void>(report::metrics_format_for(request.header("accept")));
  const auto label = report::escape_label(request.path);
  check(label.size() <= 200 * 2 && label.find('\n') == std::string::npos);
  static_cast<void>(report::token_from_json(request.body));
  static const serve::EventHub hub("a");
  static_cast<void>(hub.begin(request.header("last-event-id")));
  check_parameters(request);
}

/// Half of the uploads may come.
serve::Allowance allow(const serve::Request& head) {
  if (head.path.size() % 2 == 0) return {2048, {}};
  return {0, serve::line_response(401, "no")};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0];
  RequestReader reader({1024, 512, 4096}, allow);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (reader.state() == RequestReader::State::ready) answer(reader.take());
    if (reader.state() == RequestReader::State::broken) check_refusal(reader.refusal());
  }
  return 0;
}
