// Streams of events over real connections: what is told arrives, and who does not read is let go.
#include "serve/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "serve/event_hub.hpp"

namespace joulecast::serve {
namespace {

using ::testing::HasSubstr;

Response stream(const Request& request, const Services& services) {
  const auto part = services.events->begin(request.header("last-event-id"));
  Response response;
  response.content_type = "text/event-stream";
  response.body = part.bytes;
  response.events_after = part.last;
  return response;
}
const Route events{"/events", Lane::streams, false, stream, Readers::everybody};

Response take(const Request& request, const Services& /*services*/) {
  return line_response(200, std::to_string(request.body.size()) + " bytes");
}
constexpr std::size_t longest_upload = 64 << 20;
const Route upload{"/upload", Lane::pages, false, take, Readers::everybody, "POST", longest_upload};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0,
                  const std::string& request = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n") {
    socket_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0)
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    write(request);
  }
  void write(const std::string& bytes) {
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Reads until the text has come, or the connection ends. Returns what has come.
  const std::string& read_until(std::string_view text) {
    while (text_.find(text) == std::string::npos && read()) continue;
    return text_;
  }
  bool is_admitted() { return read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "); }
  /// False at the connection's end, or where nothing comes for very long.
  bool read() {
    pollfd waiting{socket_.get(), POLLIN, 0};
    constexpr int patience_ms = 60'000;
    if (::poll(&waiting, 1, patience_ms) <= 0) return false;
    std::array<char, 65'536> buffer;
    const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) text_.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
  }

 private:
  Descriptor socket_;
  std::string text_;
};

class Streams : public ::testing::Test {
 protected:
  void start(ServerOptions options) {
    options.listen = {"127.0.0.1", 0};
    Services services;
    services.events = hub_;
    auto server = Server::start(std::move(options), Router({&events, &upload}, std::move(services)));
    ASSERT_TRUE(server) << to_string(server.error());
    server_.emplace(std::move(*server));
  }
  [[nodiscard]] std::uint16_t port() const { return server_->address().port; }

  std::shared_ptr<EventHub> hub_ = std::make_shared<EventHub>("t");
  std::optional<Server> server_;
};

TEST_F(Streams, GetWhatIsToldAfterTheyBegan) {
  start({});
  Client first(port()), second(port());
  for (auto* client : {&first, &second})
    EXPECT_THAT(client->read_until("event: snapshot"), HasSubstr("Content-Type: text/event-stream\r\n"));
  hub_->publish("moved", R"({"id":"a"})");
  for (auto* client : {&first, &second})
    EXPECT_THAT(client->read_until("\"a\""), HasSubstr("id: t-1\nevent: moved\ndata: {\"id\":\"a\"}\n\n"));
}

TEST_F(Streams, GetACommentWhereNothingHappens) {
  ServerOptions options;
  options.heartbeat = Seconds{0.01};
  start(options);
  Client client(port());
  EXPECT_THAT(client.read_until("\n\n:\n\n"), HasSubstr(":\n\n"));
}

TEST_F(Streams, AClientThatDoesNotReadIsLetGoAndTheOthersAreNot) {
  ServerOptions options;
  options.write_patience = Seconds{0.3};
  options.most_streams = 2;
  start(options);
  Client slow(port(), 4096), quick(port());
  quick.read_until("event: snapshot");
  // More than the kernel holds for a connection, told bit by bit: the quick one takes each before the next.
  for (int i = 0; i < 60; ++i) {
    const auto mark = "\"" + std::to_string(i) + "\"";
    hub_->publish("moved", mark + std::string(200'000, ' '));
    ASSERT_THAT(quick.read_until(mark), HasSubstr(mark));
  }
  // Read from too early, the slow one would not be late: its place is free once the server has let it go.
  while (!Client(port()).is_admitted()) std::this_thread::sleep_for(std::chrono::milliseconds{20});
  std::size_t pieces = 0;
  while (slow.read()) ASSERT_LT(++pieces, 100'000u);  // up to the end that the server has made
  hub_->publish("moved", "\"last\"");
  EXPECT_THAT(quick.read_until("\"last\""), HasSubstr("\"last\""));
}

TEST_F(Streams, UploadsThatDoNotGoOnLeaveTheirPlaceToOthers) {
  ServerOptions options;
  options.request_patience = Seconds{0.2};
  options.most_uploads = 2;
  start(options);
  const auto head = [](std::size_t size) {
    return "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  };
  // Long enough to be let arrive for minutes, if what is announced counted.
  Client first(port(), 0, head(60'000'000) + "a"), second(port(), 0, head(60'000'000) + "a");
  for (auto* client : {&first, &second})
    EXPECT_THAT(client->read_until("\r\n\r\n"), HasSubstr("HTTP/1.1 408 "));
  constexpr std::size_t size = 200'000;
  Client third(port(), 0, head(size) + std::string(size, 'x'));
  EXPECT_THAT(third.read_until("bytes"), HasSubstr("200000 bytes"));
}

TEST_F(Streams, BeyondTheirNumberAreRefused) {
  ServerOptions options;
  options.most_streams = 1;
  start(options);
  Client first(port());
  first.read_until("event: snapshot");
  Client second(port());
  EXPECT_THAT(second.read_until("\r\n\r\n"), HasSubstr("HTTP/1.1 503 "));
}

}  // namespace
}  // namespace joulecast::serve
