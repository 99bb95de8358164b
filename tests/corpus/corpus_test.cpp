// Every recorded log is heard as its expected.json says (tests/fixtures/logs/expect.py describes it).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "corpus/hearing.hpp"
#include "corpus/recorded_log.hpp"

namespace joulecast::corpus {
namespace {

using Json = nlohmann::json;

struct Log {
  std::string folder;
  std::string file;
};

/// For gtest's messages.
void PrintTo(const Log& log, std::ostream* stream) {
  *stream << log.folder << "/" << log.file;
}

std::vector<Log> all_logs() {
  std::vector<Log> logs;
  for (const auto& entry : std::filesystem::directory_iterator(JOULECAST_FIXTURES "/logs"))
    for (const char* file : {"output.log", "terminal.log", "terminal-120.log"})
      if (std::filesystem::exists(entry.path() / file)) logs.push_back({entry.path().string(), file});
  std::ranges::sort(logs, {}, [](const Log& log) { return log.folder + "/" + log.file; });
  return logs;
}

std::string name_of(const testing::TestParamInfo<Log>& info) {
  auto name = std::filesystem::path(info.param.folder).filename().string() + "_" +
              info.param.file.substr(0, info.param.file.rfind('.'));
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

/// When the byte before an offset arrived.
Seconds time_at(const std::vector<Piece>& pieces, std::size_t offset) {
  for (const auto& piece : pieces)
    if (offset <= piece.end) return piece.time;
  return pieces.empty() ? Seconds{0} : pieces.back().time;
}

/// The metrics of a set under the names that they are given: "loss" of "val" as val_loss, eval_loss …
bool has_metric(const trace::Epoch& epoch, const std::string& set, const std::string& name, double value) {
  for (const auto& [key, heard] : epoch.metrics) {
    const bool other_set = key.starts_with("val") || key.starts_with("eval") || key.starts_with("test");
    if (std::abs(heard - value) > 1e-9 * std::max(1.0, std::abs(value)) &&
        std::abs(heard * 100 - value) > 1e-6)
      continue;
    if ((set == "train") == other_set) continue;
    return true;
  }
  (void)name;
  return false;
}

class Corpus : public testing::TestWithParam<Log> {
 protected:
  void SetUp() override {
    expected_ = Json::parse(read_file(GetParam().folder + "/expected.json")).at(GetParam().file);
    pieces_ = read_log(GetParam().folder, GetParam().file);
    bytes_ = read_file(GetParam().folder + "/" + GetParam().file);
    hearing_ = hear(GetParam().folder, GetParam().file);
  }
  /// A line is heard with its end.
  [[nodiscard]] Seconds latest_time(std::size_t offset) const {
    const auto end = bytes_.find_first_of("\r\n\b\x1b", offset);
    return time_at(pieces_, end == std::string::npos ? bytes_.size() : end + 1);
  }
  /// Work that an earlier run had done.
  static double resumed_at(const Json& phase) {
    if (phase.contains("resumed_at") && !phase["resumed_at"].is_null()) return phase["resumed_at"];
    const auto& epochs = phase["epochs"];
    if (phase["unit"] == "epoch" && epochs.size() > 1 && epochs[0]["epoch"] > 1 &&
        epochs[1]["epoch"].get<int>() == epochs[0]["epoch"].get<int>() + 1)
      return epochs[0]["epoch"].get<double>() - 1;
    return 0;
  }

  Json expected_;
  std::vector<Piece> pieces_;
  std::string bytes_;
  Hearing hearing_;
};

TEST_P(Corpus, Epochs) {
  const auto& heard = hearing_.run.epochs;
  std::vector<int> wanted, got;
  std::vector<Json> rows;
  bool marked = false;
  for (const auto& phase : expected_["phases"]) {
    for (const auto& epoch : phase["epochs"]) {
      wanted.push_back(epoch["epoch"]);
      rows.push_back(epoch);
    }
    marked = marked || phase["unit"] != "step";
  }
  // Where steps are counted, epochs may be marked or not, if the output does not say where they end.
  if (wanted.empty() && !marked) return;
  for (const auto& epoch : heard) got.push_back(epoch.index);
  ASSERT_EQ(got, wanted);
  if (expected_["at_once"]) return;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    const auto offset = rows[i]["end"].get<std::size_t>();
    EXPECT_GE(heard[i].span.end, time_at(pieces_, offset) - Seconds{0.1}) << "end of epoch " << got[i];
    EXPECT_LE(heard[i].span.end, latest_time(offset) + Seconds{0.1}) << "end of epoch " << got[i];
    for (const auto& [set, metrics] : rows[i]["metrics"].items())
      for (const auto& [name, value] : metrics.items())
        EXPECT_TRUE(has_metric(heard[i], set, name, value)) << set << " " << name << " of epoch " << got[i];
  }
}

TEST_P(Corpus, PhasesAndTotals) {
  const auto& phases = expected_["phases"];
  ASSERT_EQ(hearing_.run.phases.size(), phases.size());
  EXPECT_EQ(hearing_.at_once, expected_["at_once"].get<bool>());
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const auto& heard = hearing_.run.phases[i];
    std::string unit = phases[i]["unit"];
    if (unit == "timestep") unit = "step";
    EXPECT_EQ(heard.unit, unit);
    if (phases[i]["total"].is_null() || heard.unit != unit) continue;
    ASSERT_TRUE(heard.total_work) << "total " << phases[i]["total"];
    EXPECT_NEAR(*heard.total_work, phases[i]["total"].get<double>() - resumed_at(phases[i]),
                0.03 * phases[i]["total"].get<double>() * (resumed_at(phases[i]) > 0 ? 1 : 0));
  }
}

TEST_P(Corpus, Progress) {
  const auto& phases = expected_["phases"];
  if (phases.size() != 1 || !phases[0].contains("progress") || hearing_.run.phases.size() != 1) return;
  const auto& phase = phases[0];
  const bool in_steps = hearing_.run.phases[0].unit != "epoch";
  const double scale = in_steps                             ? 1
                       : phase["steps_per_epoch"].is_null() ? 0
                                                            : phase["steps_per_epoch"].get<double>();
  if (scale == 0) return;
  const auto& points = phase["progress"]["points"];
  const double whole = points.back()[1];
  // An epoch that is cut short (max_steps) counts as a whole one.
  if (!in_steps && static_cast<double>(phase["epochs"].size()) * scale > whole) return;
  for (const auto& point : points) {
    const auto offset = point[0].get<std::size_t>();
    const auto arrived = time_at(pieces_, offset), ended = latest_time(offset);
    // Advances may be given out a fifth of a second apart.
    double before = 0, after = hearing_.run.phases[0].work * scale;
    for (const auto& [at, work, place] : hearing_.run.progress) {
      if (at <= arrived) before = work * scale;
      if (at >= ended + Seconds{0.2}) after = std::min(after, work * scale);
    }
    const double wanted = std::max(0.0, point[1].get<double>());
    const double off = std::max({0.0, before - wanted, wanted - after});
    EXPECT_LE(off, 0.06 * whole + 1) << "heard " << before << " to " << after << " for " << wanted
                                     << " at offset " << offset << fmt::format(", {:.2f} s", arrived.value());
  }
  ASSERT_FALSE(hearing_.run.progress.empty());
  EXPECT_NEAR(hearing_.run.progress.back().work * scale, whole, 0.06 * whole + 1);
}

INSTANTIATE_TEST_SUITE_P(Logs, Corpus, testing::ValuesIn(all_logs()), name_of);

}  // namespace
}  // namespace joulecast::corpus
