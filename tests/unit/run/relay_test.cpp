#include "run/relay.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <latch>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <thread>

#include "support/temporary_directory.hpp"
#include "unit/run/support.hpp"

namespace joulecast::run {
namespace {

constexpr int patience_ms = 20'000;

/// Redirects a standard stream into a pipe while this object exists.
class Redirected {
 public:
  explicit Redirected(int stream) : stream_(stream), before_(::dup(stream)), pipe_(make_pipe().value()) {
    ::dup2(pipe_.write_end.get(), stream);
    ::fcntl(pipe_.read_end.get(), F_SETFL, O_NONBLOCK);
  }
  ~Redirected() { ::dup2(before_.get(), stream_); }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

  /// Writes until the pipe is full.
  void fill() const {
    const Descriptor own(::open(("/proc/self/fd/" + std::to_string(stream_)).c_str(), O_WRONLY | O_NONBLOCK));
    while (::write(own.get(), "....", 4) > 0) {
    }
  }
  /// Reads what is there, without the filling.
  std::string take() {
    std::array<char, 65536> bytes{};
    std::string text;
    for (ssize_t got = 0; (got = ::read(pipe_.read_end.get(), bytes.data(), bytes.size())) > 0;)
      text.append(bytes.data(), static_cast<std::size_t>(got));
    std::erase(text, '.');
    return text;
  }
  /// Reads until the text has this size.
  std::string take(std::size_t size) {
    std::string text = take();
    pollfd waiting{pipe_.read_end.get(), POLLIN, 0};
    while (text.size() < size && ::poll(&waiting, 1, patience_ms) > 0) text += take();
    return text;
  }
  void close_reader() { pipe_.read_end.reset(); }

 private:
  int stream_;
  Descriptor before_;
  Pipe pipe_;
};

/// A relay between pipes. The test acts as the command and as the readers.
struct Ends {
  Ends() {
    auto first = make_pipe().value(), second = make_pipe().value();
    child_out = std::move(first.write_end);
    child_err = std::move(second.write_end);
    streams.out = std::move(first.read_end);
    streams.err = std::move(second.read_end);
  }
  Listener listener() {
    return {[this](int stream, std::string_view bytes, SteadyTime) {
              const std::lock_guard guard(mutex);
              heard[static_cast<std::size_t>(stream)] += bytes;
            },
            {}};
  }
  /// Waits until this much of a stream was heard.
  bool has_heard(std::size_t stream, std::size_t size) {
    for (int waited_ms = 0; waited_ms < patience_ms; ++waited_ms) {
      {
        const std::lock_guard guard(mutex);
        if (heard[stream].size() >= size) return heard[stream].size() == size;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  Redirected out{STDOUT_FILENO}, err{STDERR_FILENO};
  ChildStreams streams;
  Descriptor child_out, child_err;
  std::mutex mutex;
  std::array<std::string, 2> heard;
};

bool put(const Descriptor& to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(to.get(), bytes.data(), bytes.size());
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void drain(Relay& relay) {
  relay.drain();
  while (!relay.is_drained()) {
    pollfd waiting{relay.descriptor(), POLLIN, 0};
    ASSERT_GT(::poll(&waiting, 1, patience_ms), 0);
    relay.take();
  }
}

/// The process of the only relay of this one.
pid_t relay_process() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream status(entry.path() / "status");
    std::string line;
    bool named = false;
    while (std::getline(status, line)) {
      if (line == "Name:\tjc-relay") named = true;
      if (named && line == "PPid:\t" + std::to_string(::getpid())) return std::stoi(entry.path().filename());
    }
  }
  return -1;
}

/// Each test begins without the processes of those before, which end when their streams do.
class RelayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // as joulecast does (SignalGuard), and the relay process after it
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }
};

TEST_F(RelayTest, PassesEachStreamOnAndListens) {
  Ends ends;
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  EXPECT_TRUE(put(ends.child_out, "to out\n"));
  EXPECT_TRUE(put(ends.child_err, "to err\n"));
  drain(relay);
  const auto summary = relay.finish();
  EXPECT_EQ(ends.out.take(), "to out\n");
  EXPECT_EQ(ends.err.take(), "to err\n");
  EXPECT_EQ(ends.heard[0], "to out\n");
  EXPECT_EQ(ends.heard[1], "to err\n");
  EXPECT_EQ(summary.unheard, 0U);
  EXPECT_FALSE(summary.within_line);
}

TEST_F(RelayTest, LeavesNothingBehind) {
  const int descriptors = open_descriptors();
  pid_t waited = 0;
  {
    Ends ends;
    auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
    ends.child_out.reset();
    ends.child_err.reset();
    drain(relay);
    relay.finish();
    waited = ::waitpid(-1, nullptr, WNOHANG);
  }
  EXPECT_EQ(waited, -1) << "its process was waited for";
  { const auto unused = Relay::start({}, LiveMode::off, {}).value(); }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_F(RelayTest, PassesOnWhatWasLeftBehindThoughSomebodyHoldsThePipe) {
  Ends ends;
  const std::string text(50'000, 'x');  // fits into a pipe, whose writer stays open
  ASSERT_TRUE(put(ends.child_out, text));
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  drain(relay);
  relay.finish();
  EXPECT_EQ(ends.out.take(text.size()), text);
  ASSERT_TRUE(put(ends.child_out, "after the end")) << "by what the command left behind";
  EXPECT_EQ(ends.out.take(13), "after the end");
}

TEST_F(RelayTest, WhereNobodyReadsTheCommandsPipeBreaks) {
  Ends ends;
  ends.out.close_reader();
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  pollfd told{relay.descriptor(), POLLIN, 0};
  ASSERT_GT(::poll(&told, 1, patience_ms), 0) << "before the command writes anything";
  relay.take();
  int error = 0;
  for (int waited_ms = 0; waited_ms < patience_ms && error == 0; ++waited_ms) {
    if (!put(ends.child_out, "x")) error = errno;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(error, EPIPE);
  ASSERT_TRUE(put(ends.child_err, "still read\n"));
  EXPECT_EQ(ends.err.take(11), "still read\n");
  drain(relay);
  relay.finish();
}

// Another reader may open it again.
TEST_F(RelayTest, AnUnreadPipeWithANameBreaksWithTheNextOutputOnly) {
  const testing::TemporaryDirectory folder;
  const auto path = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Descriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK));
  Ends ends;
  ASSERT_GE(::dup2(Descriptor(::open(path.c_str(), O_WRONLY)).get(), STDOUT_FILENO), 0);
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  reader.reset();
  pollfd told{relay.descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&told, 1, 100), 0);
  ASSERT_TRUE(put(ends.child_out, "nobody reads this"));
  ASSERT_GT(::poll(&told, 1, patience_ms), 0);
  relay.take();
  drain(relay);
  relay.finish();
}

TEST_F(RelayTest, AReaderThatPausesHoldsUpOneStreamOnly) {
  Ends ends;
  ends.out.fill();
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  ASSERT_TRUE(put(ends.child_out, "waits\n"));
  ASSERT_TRUE(put(ends.child_err, "passes\n"));
  EXPECT_EQ(ends.err.take(7), "passes\n");
  relay.drain();
  EXPECT_EQ(ends.out.take(6), "waits\n");
  drain(relay);
  relay.finish();
}

TEST_F(RelayTest, OurOwnLinesWaitForNobodyAndBeginALine) {
  Ends ends;
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  ASSERT_TRUE(put(ends.child_err, "half a line"));
  EXPECT_EQ(ends.err.take(11), "half a line");
  relay.say("ours");
  EXPECT_EQ(ends.err.take(6), "\nours\n");
  ends.err.fill();
  for (int i = 0; i < 1000; ++i) relay.say("nobody reads this");
  relay.draw("nor this");
  ASSERT_TRUE(put(ends.child_out, "on it goes\n"));
  EXPECT_EQ(ends.out.take(11), "on it goes\n");
  drain(relay);
  relay.finish();
}

TEST_F(RelayTest, AnotherProcessTakesThePlaceOfOneThatWasKilled) {
  Ends ends;
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  ASSERT_TRUE(put(ends.child_out, "before\n"));
  EXPECT_EQ(ends.out.take(7), "before\n");
  const pid_t process = relay_process();
  ASSERT_GT(process, 0);
  ::kill(process, SIGKILL);
  pollfd waiting{relay.descriptor(), POLLIN, 0};
  ASSERT_GT(::poll(&waiting, 1, patience_ms), 0);
  relay.take();
  ASSERT_TRUE(put(ends.child_out, "after\n"));
  EXPECT_EQ(ends.out.take(6), "after\n");
  drain(relay);
  EXPECT_EQ(relay.finish().replaced, 1);
  EXPECT_EQ(ends.heard[0], "before\nafter\n");
  EXPECT_NE(ends.err.take(1).find("killed"), std::string::npos);
}

TEST_F(RelayTest, AKilledProcessIsToldWithWhatItHeld) {
  Ends ends;
  ends.out.fill();
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, ends.listener()).value();
  ASSERT_TRUE(put(ends.child_out, "held"));
  ASSERT_TRUE(ends.has_heard(0, 4));
  ::kill(relay_process(), SIGKILL);
  pollfd waiting{relay.descriptor(), POLLIN, 0};
  ASSERT_GT(::poll(&waiting, 1, patience_ms), 0);
  relay.take();
  (void)ends.out.take();
  drain(relay);
  EXPECT_EQ(relay.finish().killed_with, 4U);
  EXPECT_NE(ends.err.take(1).find("4 bytes of it are lost"), std::string::npos);
}

TEST_F(RelayTest, AListenerThatFailsMissesItsPieceOnly) {
  Ends ends;
  auto listener = ends.listener();
  listener.hear = [&ends, hear = listener.hear](int stream, std::string_view bytes, SteadyTime time) {
    if (bytes == "bad\n") throw std::bad_alloc();
    hear(stream, bytes, time);
  };
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, listener).value();
  EXPECT_TRUE(put(ends.child_out, "good\n"));
  ASSERT_TRUE(ends.has_heard(0, 5));
  EXPECT_TRUE(put(ends.child_out, "bad\n"));
  EXPECT_EQ(ends.out.take(9), "good\nbad\n");
  drain(relay);
  EXPECT_EQ(relay.finish().unheard, 4U);
  EXPECT_EQ(ends.heard[0], "good\n");
}

TEST_F(RelayTest, OfAFloodOnlyWholeLinesAndTheLastOnesAreRead) {
  Ends ends;
  std::latch until_the_end(1);
  auto listener = ends.listener();
  listener.hear = [&, hear = listener.hear](int stream, std::string_view bytes, SteadyTime time) {
    until_the_end.wait();
    hear(stream, bytes, time);
    for (const auto begin = std::clock(); std::clock() - begin < CLOCKS_PER_SEC / 50;) {
    }
  };
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, listener).value();
  std::size_t written = 0, passed_on = 0;
  for (int number = 0; number < 100'000;) {
    std::string lines;
    for (const int end = number + 2000; number < end; ++number)
      lines += "line " + std::to_string(number) + "\n";
    ASSERT_TRUE(put(ends.child_out, lines));
    written += lines.size();
    passed_on += ends.out.take(lines.size()).size();
  }
  EXPECT_EQ(passed_on, written);
  drain(relay);
  std::thread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    until_the_end.count_down();
  });
  const auto summary = relay.finish();
  release.join();
  EXPECT_GT(summary.unheard, 0U);
  EXPECT_EQ(ends.heard[0].size() + summary.unheard, written);
  EXPECT_TRUE(ends.heard[0].ends_with("line 99999\n"));
  std::istringstream lines(ends.heard[0]);
  int before = -1, number = 0;
  for (std::string word; lines >> word >> number; before = number) {
    ASSERT_EQ(word, "line");
    ASSERT_GT(number, before);
  }
}

TEST_F(RelayTest, StampsEachPieceWithItsTime) {
  Ends ends;
  std::vector<SteadyTime> times;
  Listener listener;
  listener.hear = [&](int, std::string_view, SteadyTime time) { times.push_back(time); };
  const auto before = system_clock().steady();
  auto relay = Relay::start(std::move(ends.streams), LiveMode::off, std::move(listener)).value();
  ASSERT_TRUE(put(ends.child_out, "1\n"));
  EXPECT_EQ(ends.out.take(2), "1\n");
  const auto between = system_clock().steady();
  ASSERT_TRUE(put(ends.child_out, "2\n"));
  drain(relay);
  relay.finish();
  ASSERT_EQ(times.size(), 2U);
  EXPECT_LE(before, times[0]);
  EXPECT_LE(times[0], between);
  EXPECT_LE(between, times[1]);
  EXPECT_LE(times[1], system_clock().steady());
}

}  // namespace
}  // namespace joulecast::run
