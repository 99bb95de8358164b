#include "serve/request_reader.hpp"

#include <gtest/gtest.h>

namespace joulecast::serve {
namespace {

using State = RequestReader::State;

int refusal_of(const std::string& bytes, RequestLimits limits = {}) {
  RequestReader reader(limits);
  reader.feed(bytes);
  return reader.state() == State::broken ? reader.refusal().status : 0;
}

TEST(RequestReader, ReadsByteByByte) {
  RequestReader reader({});
  EXPECT_EQ(reader.state(), State::idle);
  const std::string bytes =
      "GET /metrics?a=b HTTP/1.1\r\nHost: localhost\r\nACCEPT: text/plain\r\nAccept: */*\r\n\r\n";
  for (const char c : bytes) {
    EXPECT_NE(reader.state(), State::ready);
    reader.feed({&c, 1});
  }
  ASSERT_EQ(reader.state(), State::ready);
  const auto request = reader.take();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/metrics");
  EXPECT_EQ(request.query.at(0).second, "b");
  EXPECT_EQ(request.header("host"), "localhost");
  EXPECT_EQ(request.header("accept"), "text/plain, */*");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(reader.state(), State::idle);
}

/// Lets POST /big have 100 bytes.
Allowance let_big(const Request& head) {
  if (head.path == "/big" && head.header("authorization") == "yes") return {100, {}};
  return {0, line_response(401, "no")};
}

TEST(RequestReader, ALongBodyNeedsPermissionBeforeItIsRead) {
  const RequestLimits limits{1000, 10, 200};
  const auto refusal = [&](const std::string& bytes) {
    RequestReader reader(limits, let_big);
    reader.feed(bytes);
    return reader.state() == State::broken ? reader.refusal().status : 0;
  };
  EXPECT_EQ(refusal("POST /big HTTP/1.1\r\nContent-Length: 50\r\n\r\n"), 401);
  EXPECT_EQ(refusal("POST /big HTTP/1.1\r\nAuthorization: yes\r\nContent-Length: 101\r\n\r\n"), 413);
  EXPECT_EQ(refusal("POST /big HTTP/1.1\r\nAuthorization: yes\r\nContent-Length: 201\r\n\r\n"), 413);
  EXPECT_EQ(refusal("POST /small HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789"), 0);
  // A body of unknown length is no upload.
  EXPECT_EQ(refusal("POST /big HTTP/1.1\r\nAuthorization: yes\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "14\r\n01234567890123456789\r\n0\r\n\r\n"),
            413);

  RequestReader reader(limits, let_big);
  reader.feed("POST /big HTTP/1.1\r\nAuthorization: yes\r\nContent-Length: 50\r\n\r\n");
  EXPECT_EQ(reader.state(), State::partial);
  EXPECT_EQ(reader.upload(), 50);
  for (int i = 0; i < 50; ++i) reader.feed("x");
  ASSERT_EQ(reader.state(), State::ready);
  EXPECT_EQ(reader.take().body, std::string(50, 'x'));
  EXPECT_EQ(reader.upload(), 0);
}

TEST(RequestReader, KeepsTheNextRequest) {
  RequestReader reader({});
  reader.feed("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.0\r\n\r\nGE");
  ASSERT_EQ(reader.state(), State::ready);
  EXPECT_EQ(reader.take().body, "hi");
  ASSERT_EQ(reader.state(), State::ready);
  const auto second = reader.take();
  EXPECT_EQ(second.path, "/b");
  EXPECT_FALSE(second.keep_alive);
  EXPECT_EQ(reader.state(), State::partial);
}

TEST(RequestReader, RefusesWhatIsNoRequest) {
  for (const char* bytes :
       {"\x16\x03\x01\x02garbage\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"})
    EXPECT_EQ(refusal_of(bytes), 400) << bytes;
}

TEST(RequestReader, ReadsChunksThatComeInPiecesOfAnyLength) {
  const std::string bytes =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\nGET / "
      "HTTP/1.1\r\n\r\n";
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    RequestReader reader({});
    for (std::size_t at = 0; at < bytes.size(); at += length)
      reader.feed(std::string_view(bytes).substr(at, length));
    ASSERT_EQ(reader.state(), State::ready) << length;
    EXPECT_EQ(reader.take().body, "abcd");
    ASSERT_EQ(reader.state(), State::ready) << length;
    EXPECT_EQ(reader.take().body, "");
  }
}

TEST(RequestReader, RefusesWhatIsTooLong) {
  const RequestLimits limits{1024, 100};
  EXPECT_EQ(refusal_of("GET /" + std::string(2000, 'a'), limits), 431);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nX: " + std::string(2000, 'a') + "\r\n\r\n", limits), 431);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", limits), 413);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'a') +
                           "\r\n",
                       limits),
            413);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n", limits), 0);
}

TEST(RequestReader, ATargetThatCannotBeReadHasNoPath) {
  RequestReader reader({});
  reader.feed("GET /%zz HTTP/1.1\r\n\r\n");
  ASSERT_EQ(reader.state(), State::ready);
  EXPECT_EQ(reader.take().path, "");
}

}  // namespace
}  // namespace joulecast::serve
