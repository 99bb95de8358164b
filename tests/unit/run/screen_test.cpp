#include "run/screen.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/descriptor.hpp"

namespace joulecast::run {
namespace {

/// Redirects standard error into a pipe while this object exists.
class StandardErrorPipe {
 public:
  StandardErrorPipe() : before_(::dup(STDERR_FILENO)), pipe_(make_pipe().value()) {
    ::dup2(pipe_.write_end.get(), STDERR_FILENO);
  }
  ~StandardErrorPipe() { ::dup2(before_.get(), STDERR_FILENO); }

  /// Writes until the pipe is full.
  void fill() const {
    const int flags = ::fcntl(pipe_.write_end.get(), F_GETFL);
    ::fcntl(pipe_.write_end.get(), F_SETFL, flags | O_NONBLOCK);
    while (::write(pipe_.write_end.get(), "....", 4) > 0) {
    }
    ::fcntl(pipe_.write_end.get(), F_SETFL, flags);
  }
  /// Reads the pipe's content, without the filling.
  [[nodiscard]] std::string take() const {
    ::fcntl(pipe_.read_end.get(), F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 4096> bytes{};
    for (ssize_t got = 0; (got = ::read(pipe_.read_end.get(), bytes.data(), bytes.size())) > 0;)
      text.append(bytes.data(), static_cast<std::size_t>(got));
    std::erase(text, '.');
    return text;
  }

 private:
  Descriptor before_;
  Pipe pipe_;
};

TEST(Screen, LinesAreWrittenAtOnce) {
  const StandardErrorPipe error;
  Screen screen(/*live=*/false);
  screen.say("first");
  EXPECT_EQ(error.take(), "first\n");
}

TEST(Screen, AnErrorStreamThatNobodyReadsHoldsNobodyUp) {
  const StandardErrorPipe error;
  Screen screen(/*live=*/true);
  error.fill();
  screen.say("first");
  screen.draw("live");
  screen.say("second");
  EXPECT_EQ(error.take(), "") << "nothing was written, and we are here";
  screen.say("third");
  EXPECT_EQ(error.take(), "first\r\nsecond\r\nthird\r\n") << "what was said is kept and in order";
}

TEST(Screen, GivesUpOnLastLinesThatNobodyReads) {
  const StandardErrorPipe error;
  error.fill();
  {
    Screen screen(/*live=*/false);
    screen.say("last");
  }
  EXPECT_EQ(error.take(), "");
}

}  // namespace
}  // namespace joulecast::run
