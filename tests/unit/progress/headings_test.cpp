// Whether a heading, "Epoch 3/8" on a line of its own, begins its epoch or comes at its end, is told by time.
#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "progress/output_recogniser.hpp"
#include "progress/tracker.hpp"

namespace joulecast::progress {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// What was printed at a time, from the run's start.
struct Printed {
  double at = 0;
  std::string text;
};

/// Number, begin and end of each epoch, the times in tenths of a second.
std::vector<std::pair<int, std::pair<int, int>>> rows_of(const std::vector<Printed>& output, double end) {
  auto recogniser = OutputRecogniser::create();
  Tracker tracker(SteadyTime{});
  for (const auto& [at, text] : output)
    for (const auto& event : recogniser->feed(text + "\n", SteadyTime{} + Seconds{at})) tracker.take(event);
  tracker.finish(SteadyTime{} + Seconds{end});
  std::vector<std::pair<int, std::pair<int, int>>> rows;
  for (const auto& epoch : tracker.epochs())
    rows.push_back({epoch.index,
                    {static_cast<int>(std::lround(10 * epoch.span.begin.value())),
                     static_cast<int>(std::lround(10 * epoch.span.end.value()))}});
  return rows;
}

TEST(Heading, EndsItsEpochWhereTheFiguresComeWithIt) {
  std::vector<Printed> plain, validated, table;
  for (int epoch = 1; epoch <= 4; ++epoch) {
    const double at = epoch;
    const auto heading = "Epoch " + std::to_string(epoch) + "/4";
    for (auto* output : {&plain, &validated, &table}) output->push_back({at, heading});
    plain.push_back({at + 0.001, "loss=0.5"});
    plain.push_back({at + 0.002, "acc=0.8"});
    validated.push_back({at + 0.001, "  train loss: 0.5  train acc: 0.8"});
    validated.push_back({at + 0.002, "  val   loss: 0.6  val   acc: 0.7"});
    table.push_back({at + 0.001, "┃ loss  ┃ acc ┃"});
    table.push_back({at + 0.002, "│ 0.500 │ 0.8 │"});
  }
  for (const auto* output : {&plain, &validated, &table})
    EXPECT_THAT(rows_of(*output, 4.1), ElementsAre(Pair(1, Pair(0, 10)), Pair(2, Pair(10, 20)),
                                                   Pair(3, Pair(20, 30)), Pair(4, Pair(30, 40))));
}

TEST(Heading, BeginsItsEpochWhereTheFiguresComeLater) {
  std::vector<Printed> output, settings;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    const auto heading = "Epoch " + std::to_string(epoch) + "/3";
    output.push_back({epoch * 1.0, heading});
    output.push_back({epoch + 0.999, "train loss: 0.5"});
    settings.push_back({epoch * 1.0, heading});
    settings.push_back({epoch + 0.001, "lr: 0.001"});
  }
  for (const auto& printed : {output, settings})
    EXPECT_THAT(rows_of(printed, 4),
                ElementsAre(Pair(1, Pair(10, 20)), Pair(2, Pair(20, 30)), Pair(3, Pair(30, 40))));
}

}  // namespace
}  // namespace joulecast::progress
