// Which boards of the other ranks are looked for, and which are named as missing.
#include "measure/rank_boards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace joulecast::measure {
namespace {

using progress::SeenBoards;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

SeenBoards cuda(const std::string& list, std::vector<int> files = {0, 1, 2, 3}) {
  return {{{"CUDA_VISIBLE_DEVICES", list}}, {}, std::move(files)};
}

trace::Channel board(const std::string& name, const std::string& device) {
  trace::Channel channel;
  channel.name = name;
  channel.sensor = "nvml";
  channel.component = trace::Component::gpu;
  channel.device = device;
  return channel;
}

TEST(RankBoards, AreReadFromTheEnvironmentAndTheFilesOfTheBoards) {
  const testing::TemporaryDirectory folder;
  for (const auto* name : {"nvidia2", "nvidia10", "nvidiactl", "nvidia-uvm", "nvidia99999", "null"})
    std::ofstream(folder.path() / name) << "";
  sensors::Environment environment;
  environment.roots.dev = folder.path();
  environment.variable = [](const char* name) {
    return std::string_view(name) == "CUDA_VISIBLE_DEVICES" ? "" : nullptr;
  };
  environment.gpus = {"GPU-5f"};
  const auto seen = seen_boards(environment);
  EXPECT_EQ(seen.variables, (std::map<std::string, std::string>{{"CUDA_VISIBLE_DEVICES", ""}}));
  EXPECT_THAT(seen.named, ElementsAre("GPU-5f"));
  EXPECT_THAT(seen.nvidia, ElementsAre(2, 10));
}

TEST(RankBoards, ThatTheSystemHidesAreThoseTheOtherRankUses) {
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("0", {3})), ElementsAre(3));
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("1", {0, 3})), ElementsAre(3));
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("0", {0, 3})), IsEmpty()) << "it uses the first one only";
  EXPECT_THAT(hidden_from(cuda("0", {0}), {{}, {}, {0, 2, 3}}), ElementsAre(2, 3)) << "it sees all it has";
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("", {3})), IsEmpty()) << "it uses none";
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("-1", {3})), IsEmpty());
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("1,-1,0", {2, 3})), ElementsAre(3)) << "the list ends at -1";
  EXPECT_THAT(hidden_from(cuda("0", {0}), cuda("GPU-5f", {3})), ElementsAre(3));
  EXPECT_THAT(hidden_from(cuda("0"), cuda("1")), IsEmpty());
  EXPECT_THAT(hidden_from({}, {{}, {}, {-1, 1 << 20}}), IsEmpty()) << "which is no board";
}

TEST(RankBoards, AreLookedForWhereTheOtherRankMaySeeMore) {
  EXPECT_TRUE(may_lead_further(cuda("0"), cuda("1")));
  EXPECT_TRUE(may_lead_further(cuda("0"), {{}, {}, {0, 1, 2, 3}}));
  EXPECT_TRUE(may_lead_further(cuda("0", {0}), cuda("GPU-5f", {3}))) << "a UUID is the same everywhere";
  EXPECT_FALSE(may_lead_further(cuda("0"), cuda("0")));
  EXPECT_FALSE(may_lead_further({{}, {}, {0, 1}}, cuda("1", {0, 1}))) << "all are measured";
  EXPECT_FALSE(may_lead_further(cuda("0", {0}), cuda("1", {3, 4}))) << "its numbers mean other boards";
}

TEST(RankBoards, ThatTheUserNamedLeaveOutTheOthers) {
  auto own = cuda("0");
  own.named = {"0"};
  auto theirs = cuda("1");
  EXPECT_FALSE(may_lead_further(own, theirs));
  theirs.named = {"1"};
  EXPECT_TRUE(may_lead_further(own, theirs));
}

TEST(RankBoards, ThatNoRankNamesAreKnownWhereAllRanksCount) {
  const std::vector channels{board("gpu0_energy", "GPU-a"), board("gpu0_power", "GPU-a"),
                             board("gpu1_energy", "GPU-b"), board("gpu10_energy", "GPU-k")};
  const std::vector same{cuda("0"), cuda("10")};
  EXPECT_THAT(unnamed_boards(channels, cuda("0"), same), ElementsAre("GPU-b"));
  EXPECT_THAT(unnamed_boards(channels, {{}, {}, {0, 1, 2, 3}}, same), IsEmpty()) << "one rank sees all";
  const std::vector by_uuid{cuda("GPU-b")};
  EXPECT_THAT(unnamed_boards(channels, cuda("0"), by_uuid), IsEmpty()) << "which is not looked up";
  const std::vector elsewhere{cuda("0", {7})};
  EXPECT_THAT(unnamed_boards(channels, cuda("0"), elsewhere), IsEmpty());
}

}  // namespace
}  // namespace joulecast::measure
