#include "serve/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>

#include "base/text.hpp"

namespace joulecast::serve {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

std::string text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Response refusal_of(const boost::beast::error_code& error) {
  if (error == http::error::header_limit) return line_response(431, "the request's headers are too long");
  if (error == http::error::body_limit) return line_response(413, "the request's body is too long");
  return line_response(400, "this is no HTTP request: " + error.message());
}

template <class Message>
Request head_of(const Message& message) {
  Request request;
  request.method = text_of(message.method_string());
  request.keep_alive = message.keep_alive();
  for (const auto& field : message) {
    auto& value = request.headers[to_lower(text_of(field.name_string()))];
    if (!value.empty()) value += ", ";
    value += text_of(field.value());
  }
  if (auto target = parse_target(text_of(message.target()))) {
    request.path = std::move(target->path);
    request.query = std::move(target->query);
  }
  return request;
}

}  // namespace

struct RequestReader::Parsing {
  Parsing(RequestLimits given_limits, BodyRule given_rule)
      : limits(given_limits), rule(std::move(given_rule)) {
    begin();
  }

  void begin() {
    parser = std::make_unique<Parser>();
    parser->header_limit(static_cast<std::uint32_t>(limits.header));
    parser->body_limit(limits.upload);
    head_seen = false;
    upload = 0;
  }

  /// Between head and body: how long the body may be. One of unknown length is no upload.
  void look_at_head() {
    if (head_seen || !parser->is_header_done()) return;
    head_seen = true;
    parser->eager(true);
    const auto size = parser->content_length();
    if (!size || *size <= limits.body) {
      parser->body_limit(limits.body);
      return;
    }
    const auto allowed = rule ? rule(head_of(parser->get())) : Allowance{};
    if (allowed.refusal)
      refusal = allowed.refusal;
    else if (*size > allowed.longest)
      refusal = refusal_of(http::error::body_limit);
    else
      upload = static_cast<std::size_t>(*size);
  }

  /// The parser looks at a header again from its beginning until it is whole, so the bytes stay until then.
  void parse() {
    while (!pending.empty() && !parser->is_done() && !refusal) {
      if (parser->is_header_done() && parser->chunked() && pending.size() < shortest_rest_of_chunks) return;
      boost::beast::error_code error;
      const auto used = parser->put(boost::asio::buffer(pending), error);
      pending.erase(0, used);
      started = started || used > 0 || !pending.empty();
      if (error == http::error::need_more) {
        if (pending.size() > limits.header) refusal = refusal_of(http::error::header_limit);
        return;
      }
      if (error)
        refusal = refusal_of(error);
      else
        look_at_head();
    }
  }

  /// What ends a body of chunks: "0", and two ends of lines. Beast takes for granted that it gets the last
  /// chunk in one piece of at least that length.
  static constexpr std::size_t shortest_rest_of_chunks = 5;
  RequestLimits limits;
  BodyRule rule;
  bool head_seen = false;
  std::size_t upload = 0;
  std::unique_ptr<Parser> parser;
  std::string pending;
  bool started = false;
  std::optional<Response> refusal;
};

RequestReader::RequestReader(RequestLimits limits, BodyRule rule)
    : parsing_(std::make_unique<Parsing>(limits, std::move(rule))) {}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;

void RequestReader::feed(std::string_view bytes) {
  parsing_->pending += bytes;
  parsing_->parse();
}

std::size_t RequestReader::upload() const {
  return parsing_->upload;
}

RequestReader::State RequestReader::state() const {
  if (parsing_->refusal) return State::broken;
  if (parsing_->parser->is_done()) return State::ready;
  return parsing_->started ? State::partial : State::idle;
}

const Response& RequestReader::refusal() const {
  return *parsing_->refusal;
}

Request RequestReader::take() {
  auto message = parsing_->parser->release();
  auto request = head_of(message);
  request.body = std::move(message.body());
  parsing_->started = false;
  parsing_->begin();
  parsing_->parse();
  return request;
}

}  // namespace joulecast::serve
