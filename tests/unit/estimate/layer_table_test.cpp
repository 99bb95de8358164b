#include "estimate/offline/layerwise/layer_table.hpp"

#include <gmock/gmock.h>

#include "support/temporary_directory.hpp"

namespace joulecast::estimate {
namespace {

using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr auto header =
    "cpu,layer,batch_size,shape,forward_energy_uj,forward_time_us,backward_energy_uj,backward_time_us\n";

std::string table(const std::string& rows) {
  return header + rows;
}

TEST(LayerTable, ReadsSizesUnitsAndBothPasses) {
  const TemporaryDirectory folder;
  const auto file = folder.write(
      "t.csv", table("a,conv,32,in_chan=3;out_chan=8;side_len=20;k_size=7;stride=3,1000,20,2500,40\n"));
  const auto layers = read_layer_table(file).value();
  ASSERT_EQ(layers.size(), 1U);
  const auto& work = layers[0].work;
  EXPECT_EQ(
      (std::array{work.samples, work.inputs, work.outputs, work.taps, work.positions, work.input_positions}),
      (std::array{32.0, 3.0, 8.0, 49.0, 25.0, 400.0}));  // (20 - 7) / 3 + 1 = 5 windows a side
  EXPECT_NEAR(layers[0].passes[forward]->energy->value(), 1e-3, 1e-15);
  EXPECT_NEAR(layers[0].passes[backward]->time.value(), 4e-5, 1e-15);
  EXPECT_NEAR(layers[0].step_time().value(), 6e-5, 1e-15);
  EXPECT_NEAR(layers[0].step_energy()->value(), 3.5e-3, 1e-15);
}

TEST(LayerTable, OverflowsAreAbsentAndNeverAveragedIn) {
  const TemporaryDirectory folder;
  const auto file = folder.write(
      "t.csv", table("a,linear,32,in_size=10;out_size=20,-5,7,100,9\n"
                     "a,pool,8,k_side_length=2;stride=2;in_chan=3;im_side_length=9,5,4,0,-0.1\n"));
  const auto layers = read_layer_table(file).value();
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_FALSE(layers[0].passes[forward]->energy);
  EXPECT_FALSE(layers[0].step_energy());  // half a step is no step
  EXPECT_FALSE(layers[1].passes[backward]);
  EXPECT_NEAR(layers[1].step_energy()->value(), 5e-6, 1e-18);
  EXPECT_DOUBLE_EQ(layers[1].work.executed_flops(), 8.0 * 3 * 4 * 16);
}

TEST(LayerTable, BadRowsAreNamed) {
  const TemporaryDirectory folder;
  for (const auto* row :
       {"a,conv,32,in_chan=1,5,5,5,5\n", "a,magic,32,x=1,5,5,5,5\n",
        "a,linear,no,in_size=1;out_size=1,5,5,5,5\n", "a,linear,-1,in_size=1;out_size=1,5,5,5,5\n",
        "a,linear,32,in_size=1;out_size=1,five,5,5,5\n", "a,linear,32,in_size=1;out_size=1,5,nan,5,5\n",
        "a,linear,32,in_size=0;out_size=1,5,5,5,5\n", "a,linear,32,in_size=1;out_size=inf,5,5,5,5\n",
        "a,linear,32,in_size=1e200;out_size=1e200,5,5,5,5\n",
        "a,conv,32,in_chan=1;out_chan=1;side_len=3;k_size=4;stride=1,5,5,5,5\n"}) {
    const auto read = read_layer_table(folder.write("bad.csv", table(row)));
    ASSERT_FALSE(read) << row;
    EXPECT_EQ(read.error().kind, ErrorKind::malformed) << row;
    EXPECT_THAT(read.error().where, HasSubstr("bad.csv:2")) << row;
  }
  EXPECT_THAT(read_layer_table(folder.write("bad.csv", "cpu,layer\n")).error().message,
              HasSubstr("batch_size"));
}

TEST(NetworkTable, ReadsRowsAndNamesBadOnes) {
  const TemporaryDirectory folder;
  const std::string columns = "cpu,network,batch_size,image_side,forward_energy_uj,backward_energy_uj\n";
  const auto networks =
      read_network_table(folder.write("n.csv", columns + "a,alexnet,512,64,2e6,3e6\n")).value();
  ASSERT_EQ(networks.size(), 1U);
  EXPECT_EQ(networks[0].network, "alexnet");
  EXPECT_NEAR(networks[0].energy[backward].value(), 3, 1e-12);
  for (const auto* row : {"a,alexnet,512,64,-2,3\n", "a,alexnet,0,64,2,3\n", "a,alexnet,512,,2,3\n"})
    EXPECT_THAT(read_network_table(folder.write("n.csv", columns + row)).error().where, HasSubstr("n.csv:2"))
        << row;
}

}  // namespace
}  // namespace joulecast::estimate
