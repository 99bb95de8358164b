#include "hardware/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "base/csv.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::hardware {
namespace {

using ::testing::HasSubstr;

const Catalogue& shipped() {
  static const auto read = Catalogue::read(std::filesystem::path(JOULECAST_SOURCE) / "data" / "hardware");
  if (!read) {
    ADD_FAILURE() << to_string(read.error());
    std::abort();
  }
  return *read;
}

struct Spelling {
  const char* reported;
  const char* name;
};

class GpuNames : public ::testing::TestWithParam<Spelling> {};
TEST_P(GpuNames, AreFoundAsDriversReportThem) {
  const auto gpu = shipped().find_gpu(GetParam().reported);
  ASSERT_TRUE(gpu) << to_string(gpu.error());
  EXPECT_EQ(gpu->name, GetParam().name);
}
// Names from nvidia-smi and NVML (drivers before and after 470 differ by the word NVIDIA), rocm-smi, lspci
// and users.
INSTANTIATE_TEST_SUITE_P(
    Reported, GpuNames,
    ::testing::Values(
        Spelling{"NVIDIA GeForce RTX 3090", "RTX 3090"}, Spelling{"GeForce RTX 3090", "RTX 3090"},
        Spelling{"rtx3090", "RTX 3090"}, Spelling{"NVIDIA GeForce RTX 3070 Ti", "RTX 3070 Ti"},
        Spelling{"Quadro RTX 5000", "Quadro RTX 5000"}, Spelling{"NVIDIA Quadro RTX 6000", "Quadro RTX 6000"},
        Spelling{"NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"},
        Spelling{"NVIDIA A100-SXM4-40GB", "A100-SXM4-40GB"},
        Spelling{"NVIDIA A100 80GB PCIe", "A100 80GB PCIe"},
        Spelling{"NVIDIA V100-PCIE-32GB", "Tesla V100-PCIE-32GB"}, Spelling{"Tesla T4", "Tesla T4"},
        Spelling{"NVIDIA H100 80GB HBM3", "H100 SXM 80GB"}, Spelling{"NVIDIA H100 PCIe", "H100 PCIe"},
        Spelling{"NVIDIA TITAN X (Pascal)", "TITAN X (Pascal)"}, Spelling{"NVIDIA GB300", "GB300"},
        Spelling{"NVIDIA GB10", "GB10"}, Spelling{"NVIDIA B300 SXM6 AC", "B300"},
        Spelling{"NVIDIA GH200 480GB", "GH200 480GB"}, Spelling{"NVIDIA H200 NVL", "H200 NVL"},
        Spelling{"NVIDIA H100 SXM5 96GB", "H100 SXM 96GB"}, Spelling{"NVIDIA A10G", "A10G"},
        Spelling{"NVIDIA T4G", "Tesla T4"},
        Spelling{"NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition",
                 "RTX PRO 6000 Blackwell Max-Q Workstation Edition"},
        Spelling{"RTX PRO 6000 Blackwell", "RTX PRO 6000 Blackwell Workstation Edition"},
        Spelling{"NVIDIA GeForce RTX 3070 Laptop GPU", "RTX 3070 Laptop"},
        Spelling{"NVIDIA GeForce RTX 4090 Laptop GPU", "RTX 4090 Laptop"},
        Spelling{"AMD Instinct MI355X", "MI355X"}, Spelling{"AMD Instinct MI300X OAM", "MI300X"},
        Spelling{"Arcturus GL-XL [AMD Instinct MI100]", "MI100"},
        Spelling{"AMD INSTINCT MI250 (MCM) OAM AC MBA", "MI250"},
        Spelling{"AMD Radeon RX 7900 XTX", "RX 7900 XTX"},
        Spelling{"Intel(R) Arc(TM) A770 Graphics", "Arc A770 16GB"}));

TEST(FindGpu, NeverTakesAnotherBoard) {
  // An old laptop chip, an impossible slice and a bare family name are not boards of the table.
  for (const auto* name :
       {"NVIDIA GeForce RTX 2070 with Max-Q Design", "NVIDIA A100-SXM4-40GB MIG 9g.5gb",
        "NVIDIA A100-SXM4-40GB MIG 1g", "A100 MIG 1g.5gb", "MIG 1g.5gb", "GRID T4-32Q", "GRID X9-8Q", "A100",
        "V100", "RTX", "", "Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]"})
    EXPECT_FALSE(shipped().find_gpu(name)) << name;
  const auto laptop = shipped().find_gpu("NVIDIA GeForce RTX 2070 with Max-Q Design").error();
  EXPECT_EQ(laptop.kind, ErrorKind::invalid);
  EXPECT_THAT(laptop.message, HasSubstr("nearest: RTX 2070"));
  const auto family = shipped().find_gpu("A100").error().message;
  EXPECT_THAT(family, HasSubstr("A100-PCIE-40GB"));
  EXPECT_THAT(family, HasSubstr("A100-SXM4-80GB"));
}

TEST(FindGpu, KnowsThePublishedFigures) {
  // NVIDIA Ampere GA102 whitepaper, appendix A: GeForce RTX 3090.
  const auto gpu = shipped().find_gpu("RTX 3090").value();
  EXPECT_EQ(gpu.power_limit, Watts{350});
  EXPECT_EQ(gpu.cores, 10496);
  EXPECT_EQ(gpu.multiprocessors, 82);
  EXPECT_DOUBLE_EQ(gpu.bandwidth_gb_s, 936);
  EXPECT_DOUBLE_EQ(gpu.fp16_tflops.value(), 71);
  EXPECT_FALSE(gpu.idle_power);
}

TEST(FindGpu, TakesAMigInstanceAsItsSlices) {
  // NVIDIA's MIG user guide: 1g.5gb of an A100 has 14 multiprocessors and an eighth of the memory.
  const auto board = shipped().find_gpu("A100-SXM4-40GB").value();
  const auto small = shipped().find_gpu("NVIDIA A100-SXM4-40GB MIG 1g.5gb").value();
  EXPECT_EQ(small.name, "A100-SXM4-40GB MIG 1g.5gb");
  EXPECT_EQ(small.multiprocessors, 14);
  EXPECT_DOUBLE_EQ(small.memory_gb, 5);
  EXPECT_DOUBLE_EQ(small.bandwidth_gb_s, board.bandwidth_gb_s / 8);
  EXPECT_NEAR(small.fp16_tflops.value(), 312 * 14 / 108.0, 1e-9);
  EXPECT_NEAR(small.power_limit.value(), 400 * 14 / 108.0, 1e-9);
  EXPECT_THAT(small.source,
              HasSubstr("14 of 108 multiprocessors and 1 of 8 memory slices of the A100-SXM4-40GB"));
  const auto of = [](const char* name) { return shipped().find_gpu(name).value(); };
  EXPECT_EQ(of("NVIDIA A100-SXM4-80GB MIG 3g.40gb").multiprocessors, 42);
  EXPECT_DOUBLE_EQ(of("NVIDIA A100-SXM4-80GB MIG 3g.40gb").bandwidth_gb_s, 2039.0 / 2);
  EXPECT_EQ(of("NVIDIA A100-SXM4-40GB MIG 7g.40gb").multiprocessors, 98);
  EXPECT_EQ(of("NVIDIA H100 80GB HBM3 MIG 1g.10gb+me").multiprocessors, 16);
  EXPECT_EQ(of("NVIDIA A100-SXM4-40GB MIG 1c.3g.20gb").multiprocessors, 14);
  EXPECT_EQ(of("NVIDIA A30 MIG 2g.12gb").multiprocessors, 28);
  EXPECT_DOUBLE_EQ(of("NVIDIA A30 MIG 2g.12gb").bandwidth_gb_s, 933.0 / 2);
}

TEST(FindGpu, TakesAVirtualGpuAsItsShareOfTheMemory) {
  const auto half = shipped().find_gpu("GRID T4-8Q").value();
  EXPECT_EQ(half.name, "T4-8Q");
  EXPECT_EQ(half.power_limit, Watts{35});
  EXPECT_DOUBLE_EQ(half.memory_gb, 8);
  EXPECT_EQ(half.multiprocessors, 20);
  const auto whole = shipped().find_gpu("NVIDIA A40-48Q").value();
  EXPECT_DOUBLE_EQ(whole.fp32_tflops, 37.4);
  EXPECT_DOUBLE_EQ(shipped().find_gpu("GRID V100DX-16C").value().bandwidth_gb_s, 450);
  // On a MIG instance of three slices.
  EXPECT_EQ(shipped().find_gpu("GRID A100-3-20C").value().multiprocessors, 42);
}

TEST(GpuTable, IsConsistent) {
  std::set<std::string> names;
  for (const auto& gpu : shipped().gpus()) {
    EXPECT_TRUE(names.insert(normalised_gpu_name(gpu.name)).second) << gpu.name;
    for (const auto& alias : gpu.aliases)
      EXPECT_TRUE(names.insert(normalised_gpu_name(alias)).second) << alias;
    EXPECT_FALSE(gpu.source.empty()) << gpu.name;
    EXPECT_FALSE(gpu.date.empty()) << gpu.name;
    if (!gpu.cores || !gpu.boost_mhz) continue;
    // Each core does one fused multiply-add a clock; dual-issue architectures are quoted at two.
    const double one_issue = 2e-6 * *gpu.cores * *gpu.boost_mhz;
    const std::set<std::string> dual{"RDNA3", "RDNA4", "CDNA3", "CDNA4"};
    const double issues = dual.contains(gpu.architecture) ? 2 : 1;
    EXPECT_NEAR(gpu.fp32_tflops / one_issue, issues, 0.08 * issues) << gpu.name;
  }
  EXPECT_GE(shipped().gpus().size(), 100U);
}

class CpuNames : public ::testing::TestWithParam<std::pair<const char*, double>> {};
TEST_P(CpuNames, AreFoundAsProcCpuinfoReportsThem) {
  const auto cpu = shipped().find_cpu(GetParam().first);
  const auto alone = find_cpu_alone(GetParam().first);
  ASSERT_EQ(alone.has_value(), cpu.has_value()) << "the quick way finds what the catalogue finds";
  if (cpu) {
    EXPECT_EQ(alone->tdp, cpu->tdp);
  }
  ASSERT_TRUE(cpu) << to_string(cpu.error());
  EXPECT_EQ(cpu->tdp, Watts{GetParam().second});
  EXPECT_FALSE(cpu->source.empty());
}
// TDP from the manufacturers' product pages.
INSTANTIATE_TEST_SUITE_P(Reported, CpuNames,
                         ::testing::Values(std::pair{"AMD Ryzen Threadripper 1950X 16-Core Processor", 180.0},
                                           std::pair{"AMD EPYC 8024P 8-Core Processor", 90.0},
                                           std::pair{"AMD EPYC 7742 64-Core Processor", 225.0},
                                           std::pair{"AMD Ryzen 5 5600G with Radeon Graphics", 65.0},
                                           std::pair{"AMD Ryzen 9 5950X 16-Core Processor", 105.0},
                                           std::pair{"Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", 120.0},
                                           std::pair{"12th Gen Intel(R) Core(TM) i7-12700H", 45.0},
                                           std::pair{"Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz", 65.0},
                                           std::pair{"Apple M1", 10.0}));

TEST(FindCpu, RefusesWhatNamesNoPart) {
  for (const auto* name : {"Intel(R) Xeon(R) Processor", "Intel Xeon Processor (Skylake, IBRS)",
                           "AMD EPYC Processor", "QEMU Virtual CPU version 2.5+", "A100", ""})
    EXPECT_FALSE(shipped().find_cpu(name)) << name;
  EXPECT_THAT(shipped().find_cpu("AMD EPYC 7742X").error().message, HasSubstr("AMD EPYC 7742"));
  EXPECT_THAT(shipped().find_cpu("i5-3570T").error().message, HasSubstr("nearest: Intel Core i5-3570T"));
}

TEST(FindCpu, RefusesToChooseBetweenDifferentParts) {
  const auto error = shipped().find_cpu("AMD Phenom(tm) II X4 945 Processor").error();
  EXPECT_THAT(error.message, HasSubstr("AMD Phenom II X4 945 (125W), AMD Phenom II X4 945 (95W)"));
  EXPECT_EQ(shipped().find_cpu("AMD Phenom II X4 945 (95W)")->tdp, Watts{95});
}

TEST(FindCpu, FindsEveryEntryByItsOwnName) {
  for (const auto& cpu : shipped().cpus()) {
    const auto found = shipped().find_cpu(cpu.name);
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->tdp, cpu.tdp) << cpu.name;
  }
}

TEST(UserGpu, NeedsWhatEstimatesNeedAndNothingElse) {
  const auto gpu =
      gpu_from_text("name=Mine, tdp_w=200,memory_gb=16,memory_bandwidth_gb_s=448,fp32_tflops=15.5,idle_w=12");
  ASSERT_TRUE(gpu) << to_string(gpu.error());
  EXPECT_EQ(gpu->power_limit, Watts{200});
  EXPECT_EQ(gpu->idle_power, Watts{12});
  EXPECT_FALSE(gpu->fp16_tflops);
  EXPECT_EQ(gpu->source, "given by the user");
}

TEST(UserGpu, RefusesWhatCannotBe) {
  const auto reason = [](std::string_view text) { return gpu_from_text(text).error().message; };
  EXPECT_EQ(reason("name=x"), "a GPU needs tdp_w, memory_gb, memory_bandwidth_gb_s, fp32_tflops");
  EXPECT_EQ(reason("tdp_w=-3"), "tdp_w -3 is impossible (between 1 and 5000)");
  EXPECT_EQ(reason("tdp_w=nan"), "tdp_w 'nan' is not a number");
  EXPECT_EQ(reason("tdp=200"), "unknown key 'tdp' of a GPU");
  EXPECT_EQ(reason("tdp_w=200,tdp_w=300"), "tdp_w is given twice");
  EXPECT_EQ(reason("RTX"), "'RTX' of the GPU's description is not key=value");
  EXPECT_EQ(reason("name=x,tdp_w=20,idle_w=30,memory_gb=1,memory_bandwidth_gb_s=9,fp32_tflops=1"),
            "idle_w 30 is not below tdp_w 20");
}

TEST(UserGpu, ComesFromAFile) {
  const joulecast::testing::TemporaryDirectory folder;
  const auto file = folder.write("gpu.json", R"({"name": "Mine", "tdp_w": 200, "memory_gb": 16,
      "memory_bandwidth_gb_s": 448, "fp32_tflops": 15.5})");
  const auto gpu = resolve_gpu(file.string());
  ASSERT_TRUE(gpu) << to_string(gpu.error());
  EXPECT_DOUBLE_EQ(gpu->fp32_tflops, 15.5);
  EXPECT_EQ(resolve_gpu(folder.write("broken.json", "{").string()).error().message, "is not JSON");
  EXPECT_EQ(resolve_gpu(folder.write("two.json", "[]").string()).error().message,
            "describes 0 GPUs where one is needed");
  EXPECT_EQ(resolve_gpu((folder.path() / "absent.json").string()).error().kind, ErrorKind::unavailable);
}

TEST(Catalogue, NamesTheLineOfABrokenTable) {
  const joulecast::testing::TemporaryDirectory folder;
  const auto gpus =
      folder.write("gpus.csv", "name,tdp_w,memory_gb,memory_bandwidth_gb_s,fp32_tflops\nA,1,1,1,zero\n");
  EXPECT_EQ(to_string(Catalogue::read(folder.path()).error()),
            gpus.string() + ":2: fp32_tflops 'zero' is not a number");
  folder.write("gpus.csv", "name,tdp_w,memory_gb,memory_bandwidth_gb_s,fp32_tflops\nA,1,1,1,1\n");
  const auto cpus = folder.write("cpus.csv", "name,tdp_w,source,date\nB,0,x,2026\n");
  EXPECT_THAT(to_string(Catalogue::read(folder.path()).error()), HasSubstr(cpus.string() + ":2: '0' is not"));
}

TEST(GpuFile, NestedDeeplyIsRefused) {
  const joulecast::testing::TemporaryDirectory folder;
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  for (const auto& text : {deep, "{\"name\":" + deep + "}"}) {
    const auto file = folder.write("gpu.json", text);
    const auto read = read_gpu_file(file);
    ASSERT_FALSE(read);
    EXPECT_EQ(to_string(read.error()), file.string() + ": nests deeper than 64 levels");
  }
}

TEST(Catalogue, KnowsEveryGpuOfTheMeasuredData) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = CsvTable::read(root / "tables" / "workloads.csv", CsvKind::data);
  ASSERT_TRUE(table) << to_string(table.error());
  const auto column = table->needed_column("gpu").value();
  std::set<std::string> names;
  for (std::size_t row = 0; row < table->rows(); ++row) names.insert(std::string(table->text(row, column)));
  EXPECT_GE(names.size(), 5U);
  for (const auto& name : names) EXPECT_TRUE(shipped().find_gpu(name)) << name;
}

}  // namespace
}  // namespace joulecast::hardware
