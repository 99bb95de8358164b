// Requests to the server: whatever bytes arrive, in whatever pieces, they are read, refused or waited for,
// and an answer has one line where it refuses.
#include <cstdint>
#include <cstdlib>

#include "report/metrics_writer.hpp"
#include "serve/guard.hpp"
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

void answer(const serve::Request& request) {
  static const serve::Guard guard(serve::GuardOptions{true, "0123456789abcdef", {"name"}});
  static const serve::Router router({}, {});
  if (const auto refusal = guard.refuse(request)) check_refusal(*refusal);
  check_refusal(router.find(request).refusal);
  static_cast<void>(report::metrics_format_for(request.header("accept")));
  const auto label = report::escape_label(request.path);
  check(label.size() <= 200 * 2 && label.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0];
  RequestReader reader({1024, 512});
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (reader.state() == RequestReader::State::ready) answer(reader.take());
    if (reader.state() == RequestReader::State::broken) check_refusal(reader.refusal());
  }
  return 0;
}
