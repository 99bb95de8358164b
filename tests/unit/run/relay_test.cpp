#include "run/relay.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <string>

#include "run/write_all.hpp"

namespace joulecast::run {
namespace {

/// A relay between two pipes. The test acts as the child and as the readers.
struct Ends {
  Ends() {
    auto first = make_pipe().value(), second = make_pipe().value();
    child_out = std::move(first.write_end);
    child_err = std::move(second.write_end);
    streams.out = std::move(first.read_end);
    streams.err = std::move(second.read_end);
  }
  RelayHost host() {
    return {[this](int to, std::string_view bytes) {
              const std::lock_guard guard(mutex);
              (to == STDOUT_FILENO ? out : err) += bytes;
              return readers;
            },
            [this](std::string_view bytes) { heard += bytes; }};
  }
  ChildStreams streams;
  Descriptor child_out, child_err;
  std::mutex mutex;
  std::string out, err;
  std::string heard;
  bool readers = true;
};

TEST(Relay, PassesEachStreamOnAndListens) {
  Ends ends;
  auto relay = Relay::start(std::move(ends.streams), ends.host()).value();
  EXPECT_TRUE(write_all(ends.child_out.get(), "to out\n"));
  EXPECT_TRUE(write_all(ends.child_err.get(), "to err\n"));
  relay.finish();
  EXPECT_EQ(ends.out, "to out\n");
  EXPECT_EQ(ends.err, "to err\n");
  EXPECT_EQ(ends.heard.size(), 14U);
}

TEST(Relay, PassesOnWhatWasLeftBehindThoughSomebodyHoldsThePipe) {
  Ends ends;
  const std::string text(50'000, 'x');  // fits into a pipe, whose writer stays open
  ASSERT_TRUE(write_all(ends.child_out.get(), text));
  auto relay = Relay::start(std::move(ends.streams), ends.host()).value();
  relay.finish();
  EXPECT_EQ(ends.out, text);
}

TEST(Relay, GoesOnListeningWhenNobodyReads) {
  Ends ends;
  ends.readers = false;
  auto relay = Relay::start(std::move(ends.streams), ends.host()).value();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(write_all(ends.child_out.get(), std::string(10'000, 'x')));
  ends.child_out.reset();
  relay.finish();
  EXPECT_EQ(ends.heard.size(), 1'000'000U);
  EXPECT_LE(ends.out.size(), 65'536U) << "passed on until the first failure";
}

}  // namespace
}  // namespace joulecast::run
