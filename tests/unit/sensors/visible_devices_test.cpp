// CUDA's rules for CUDA_VISIBLE_DEVICES: CUDA C++ Programming Guide, "CUDA Environment Variables".
#include "sensors/support/visible_devices.hpp"

#include <gmock/gmock.h>

namespace joulecast::sensors {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<VisibleDevice> machine{
    {"GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "A", false, {}},
    {"GPU-8932aaaa-0000-4106-c12f-20bd9faed9f6", "A", false, {}},
    {"GPU-5f3a0000-0000-0000-0000-000000000000", "A", true, {"MIG-c7384736-a75d", "MIG-11111111-a75d"}},
};

struct Case {
  const char* list;
  std::vector<std::size_t> expected;
  const char* note;
};
class VisibleDevices : public ::testing::TestWithParam<Case> {};

TEST_P(VisibleDevices, AreWhatCudaShows) {
  const auto selection = visible_devices(GetParam().list, machine);
  EXPECT_EQ(selection.indices, GetParam().expected);
  EXPECT_THAT(selection.note, HasSubstr(GetParam().note));
  EXPECT_EQ(selection.note.empty(), *GetParam().note == '\0');
}
INSTANTIATE_TEST_SUITE_P(
    Lists, VisibleDevices,
    ::testing::Values(Case{"0", {0}, ""}, Case{"2,0", {2, 0}, ""}, Case{" 1 , 0", {1, 0}, ""},
                      Case{"", {}, "hides every GPU"}, Case{"-1", {}, "'-1'"}, Case{"0,-1,1", {0}, "'-1'"},
                      Case{"1,7,0", {1}, "there are 3 GPUs"}, Case{"no", {}, "'no'"}, Case{"0,,1", {0}, "''"},
                      Case{"0x1", {}, "neither"}, Case{"1,1,0", {1, 0}, ""},
                      Case{"99999999999999999999999", {}, "neither"},
                      Case{"GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", {0}, ""}, Case{"GPU-8932f", {0}, ""},
                      Case{"gpu-5F3A", {2}, ""}, Case{"GPU-8932", {}, "more than one"},
                      Case{"GPU-77", {}, "no GPU has"}, Case{"0,GPU-77,1", {0}, "no GPU has"},
                      Case{"MIG-c7384736-a75d", {2}, ""},
                      Case{"MIG-c7384736-a75d,MIG-11111111-a75d", {2}, ""},  // one GPU, counted once
                      Case{"MIG-GPU-5f3a0000/1/0", {2}, ""}, Case{"MIG-GPU-8932f937/1/0", {}, "no GPU has"},
                      Case{"MIG-22", {}, "no GPU has"}));

TEST(VisibleDevicesList, NotSetMeansAll) {
  EXPECT_THAT(visible_devices(std::nullopt, machine).indices, ElementsAre(0, 1, 2));
  EXPECT_THAT(visible_devices("0", {}).indices, IsEmpty());
}

TEST(OtherRanks, SeeAsManyGpusEach) {
  const auto of = [](std::vector<std::size_t> own, int ranks, std::size_t devices, int rank = 0) {
    return with_other_ranks({std::move(own), ""}, rank, ranks, devices);
  };
  EXPECT_THAT(of({0}, 4, 4).indices, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(of({0}, 4, 4).note, HasSubstr("this node's 4 ranks"));
  EXPECT_THAT(of({1}, 2, 2).indices, ElementsAre(1, 0));  // all of the node's, whichever is first
  EXPECT_THAT(of({2, 3}, 3, 8).indices, ElementsAre(2, 3, 4, 5, 6, 7));
  EXPECT_THAT(of({2, 5}, 3, 8).indices, ElementsAre(2, 5));
  EXPECT_THAT(of({2, 5}, 3, 8).note, HasSubstr("from when each rank attaches"));
  EXPECT_THAT(of({7}, 2, 8).indices, ElementsAre(7));
  EXPECT_THAT(of({7}, 2, 8).note, HasSubstr("from when each rank attaches"));
  EXPECT_THAT(of({4}, 3, 8, 1).indices, ElementsAre(4, 3, 5));  // the second rank's
  EXPECT_THAT(of({6, 7}, 3, 8, 2).indices, ElementsAre(6, 7, 2, 3, 4, 5));
  EXPECT_THAT(of({1}, 3, 8, 2).note,
              HasSubstr("from when each rank attaches"));  // those of the ranks before cannot be there
  for (const auto& all : {of({0, 1}, 2, 2), of({0, 1}, 2, 8), of({0}, 1, 8), of({0}, 3, 1), of({}, 3, 3)})
    EXPECT_EQ(all.note, "");
}

TEST(NamedDevices, RefuseWhatIsWrong) {
  const std::vector<std::string> good{"1", "GPU-5f3a"}, bad{"0", "7"};
  EXPECT_THAT(named_devices(good, machine)->indices, ElementsAre(1, 2));
  const auto error = named_devices(bad, machine).error();
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_EQ(to_string(error), "GPU '7': there are 3 GPUs, counted from 0");
}

}  // namespace
}  // namespace joulecast::sensors
