#include "run/copy_ring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace joulecast::run {
namespace {

std::string next_of(CopyRing& ring) {
  const auto piece = ring.front();
  if (!piece) return "nothing";
  std::string text(piece->bytes);
  ring.drop();
  return text;
}

/// Everything that the reader would see, of one stream.
std::string rest_of(CopyRing& ring, int stream = 0) {
  std::string text;
  while (const auto piece = ring.front()) {
    if (piece->stream == stream) text += piece->bytes;
    ring.drop();
  }
  return text;
}

TEST(CopyRing, CarriesPiecesWithTheirStreamsAndTimes) {
  auto ring = CopyRing::create().value();
  (void)ring.put(0, {5}, "out");
  (void)ring.put(1, {7}, "err");
  const auto first = ring.front();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->bytes, "out");
  EXPECT_EQ(first->stream, 0);
  EXPECT_EQ(first->time.ns, 5);
  ring.drop();
  const auto second = ring.front();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bytes, "err");
  EXPECT_EQ(second->stream, 1);
  ring.drop();
  EXPECT_FALSE(ring.front());
  EXPECT_EQ(ring.lost(), 0U);
}

TEST(CopyRing, KeepsTheEndOfWhatIsLost) {
  auto ring = CopyRing::create().value();
  const std::string line = std::string(999, 'x') + "\n";
  for (int i = 0; i < 6000; ++i) (void)ring.put(0, {i}, line);
  (void)ring.put(0, {6000}, "Epoch 5/5\n");
  (void)rest_of(ring);
  const auto before = ring.lost();
  EXPECT_FALSE(ring.take_last_lost(1));
  const auto last = ring.take_last_lost(0);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->first.ns, 6000);
  EXPECT_TRUE(last->second.ends_with(line + "Epoch 5/5\n"));
  EXPECT_TRUE(last->second.starts_with("xxx")) << "from the beginning of a line";
  EXPECT_EQ(last->second.size() % 1000, 10U);
  EXPECT_LE(last->second.size(), CopyRing::last_part);
  EXPECT_EQ(ring.lost(), before - last->second.size());
  EXPECT_FALSE(ring.take_last_lost(0));

  (void)ring.put(0, {6001}, line);
  (void)ring.put(0, {6002}, "goes on\n");
  EXPECT_TRUE(rest_of(ring).ends_with("goes on\n"));
  EXPECT_FALSE(ring.take_last_lost(0)) << "what came before the newest piece is lost";
}

TEST(CopyRing, GoesRoundManyTimes) {
  auto ring = CopyRing::create().value();
  for (int i = 0; i < 3000; ++i) {
    const std::string piece(static_cast<std::size_t>(1 + i * 37 % 100'000), static_cast<char>('a' + i % 26));
    (void)ring.put(0, {i}, piece);
    (void)ring.put(1, {i}, "-");
    ASSERT_EQ(next_of(ring), piece);
    ASSERT_EQ(next_of(ring), "-");
  }
  EXPECT_EQ(ring.lost(), 0U);
}

TEST(CopyRing, LosesWholeLinesIfNobodyReads) {
  auto ring = CopyRing::create().value();
  std::size_t written = 0;
  for (int i = 0; i < 200'000; ++i) {
    // Lines are split between pieces, as a pipe splits them.
    const auto line = "line " + std::to_string(i) + " of a training that is not read in time\n";
    (void)ring.put(0, {i}, line.substr(0, 7));
    (void)ring.put(0, {i}, line.substr(7));
    written += line.size();
  }
  const std::string begun = "the beginning and ";
  (void)ring.put(0, {0}, begun);
  written += begun.size();
  const auto kept = rest_of(ring);
  EXPECT_EQ(kept.size() + ring.lost(), written);
  EXPECT_GT(ring.lost(), 0U);
  EXPECT_GT(kept.size(), CopyRing::capacity / 8);
  EXPECT_EQ(kept.back(), '\n');

  (void)ring.put(0, {0}, "the rest of a line that was lost\nlater\n");
  EXPECT_EQ(rest_of(ring), "later\n");
}

TEST(CopyRing, EveryLineThatArrivesIsOneThatWasWritten) {
  auto ring = CopyRing::create().value();
  std::string kept;
  for (int i = 0; i < 300'000; ++i) {
    const auto line = "Epoch " + std::to_string(i) + "/" + std::to_string(i) + "\n";
    const auto cut = static_cast<std::size_t>(i) % line.size();
    (void)ring.put(0, {i}, line.substr(0, cut));
    (void)ring.put(0, {i}, line.substr(cut));
    (void)ring.put(1, {i}, "something else that takes room: a bar, a warning, a number\r");
    if (i % 70'000 == 0) kept += rest_of(ring);
  }
  kept += rest_of(ring);
  EXPECT_GT(ring.lost(), 0U);
  std::size_t begin = 0;
  for (auto end = kept.find('\n'); end != std::string::npos; end = kept.find('\n', begin)) {
    const auto line = kept.substr(begin, end - begin);
    const auto number = line.substr(6, line.find('/') - 6);
    ASSERT_EQ(line, "Epoch " + number + "/" + number);
    begin = end + 1;
  }
}

TEST(CopyRing, WakesTheReaderOnlyWhereItAsked) {
  auto ring = CopyRing::create().value();
  EXPECT_FALSE(ring.put(0, {0}, "x")) << "the reader is awake";
  EXPECT_FALSE(ring.ask_to_be_woken()) << "something is there already";
  ring.drop();
  EXPECT_TRUE(ring.ask_to_be_woken());
  EXPECT_TRUE(ring.put(0, {0}, "x"));
  EXPECT_FALSE(ring.put(0, {0}, "y")) << "once";
  EXPECT_EQ(rest_of(ring), "xy");
  EXPECT_TRUE(ring.ask_to_be_woken(1000));
  EXPECT_FALSE(ring.put(0, {0}, "x"));
  EXPECT_TRUE(ring.put(0, {0}, std::string(1000, 'x')));
}

TEST(CopyRing, IsSharedByAWriterAndAReaderAtOnce) {
  auto ring = CopyRing::create().value();
  constexpr int lines = 50'000;
  std::atomic<bool> finished = false;
  std::uint64_t written = 0;
  std::thread writer([&] {
    for (int i = 0; i < lines; ++i) {
      const auto line = std::to_string(i) + "\n";
      (void)ring.put(0, {i}, line);
      written += line.size();
    }
    finished = true;
  });
  // A reader that is not given a core in time loses lines, so it may not wait for a certain one.
  std::int64_t before = -1;
  std::uint64_t read = 0;
  bool whole = true;
  bool in_order = true;
  for (;;) {
    const bool last_look = finished;
    const auto piece = ring.front();
    if (!piece && last_look) break;
    if (!piece) continue;
    in_order &= piece->time.ns > before;
    whole &= piece->bytes == std::to_string(piece->time.ns) + "\n";
    before = piece->time.ns;
    read += piece->bytes.size();
    ring.drop();
  }
  writer.join();
  EXPECT_TRUE(in_order);
  EXPECT_TRUE(whole);
  EXPECT_GT(read, 0U);
  EXPECT_EQ(read + ring.lost(), written);
}

}  // namespace
}  // namespace joulecast::run
