#include <gmock/gmock.h>

#include "formats/importer.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using trace::Component;
using trace::Span;

struct Imported {
  ImportReport report;
  std::vector<trace::Run> runs;
};

Imported import_text(const std::string& name, const std::string& text, bool strict = false) {
  trace::RunCollector collector;
  auto report = import_lines(LineReader(name, text), {.strict = strict, .columns = {}}, collector);
  EXPECT_TRUE(report) << to_string(report.error());
  if (!report) return {};
  for (const auto& run : collector.runs())
    for (const auto& trace : run.traces) EXPECT_TRUE(trace::check(trace));
  return {std::move(*report), std::move(collector.runs())};
}

Error import_error(const std::string& name, const std::string& text, bool strict = false) {
  trace::RunCollector collector;
  const auto report = import_lines(LineReader(name, text), {.strict = strict, .columns = {}}, collector);
  EXPECT_FALSE(report);
  return report ? Error{} : report.error();
}

const trace::Trace& find(const trace::Run& run, const std::string& name) {
  for (const auto& trace : run.traces)
    if (trace.channel.name == name) return trace;
  ADD_FAILURE() << "no channel " << name;
  static const trace::Trace none;
  return none;
}

Span span(double begin, double end) {
  return {Seconds{begin}, Seconds{end}};
}

// The process log of the recorder of del Rey et al.

TEST(ProcessCsv, ReadsCpuMemoryAndTemperature) {
  const auto imported = import_text("host.csv",
                                    "timestamp,cpu usage (%),memory usage (MB),temperature (Celsius)\r\n"
                                    "2022-12-07T01:58:34.000000,0.0,12873.797,27.0\r\n"
                                    "2022-12-07T01:58:35.500000,4.5,12874.891,27.5\r\n");
  EXPECT_EQ(imported.report.kind, "process-csv");
  const auto& run = imported.runs.at(0);
  const auto& cpu = find(run, "process_cpu");
  EXPECT_THAT(cpu.times, ElementsAre(0, 1.5));
  EXPECT_THAT(cpu.values, ElementsAre(0, 0.045));
  EXPECT_EQ(cpu.channel.component, Component::process);
  EXPECT_THAT(find(run, "process_memory").values, ElementsAre(12873797000, 12874891000));
  EXPECT_THAT(find(run, "cpu0_temperature").values, ElementsAre(27, 27.5));
  EXPECT_EQ(run.span, span(0, 1.5));
  EXPECT_EQ(imported.report.runs.at(0).readings, 6u);
}

TEST(ProcessCsv, DamageIsAGap) {
  const std::string text =
      "timestamp,cpu usage (%),memory usage (MB),temperature (Celsius)\n"
      "2022-12-07T01:58:34.000000,1.0,1.0,27.0\n"
      "2022-12-07T01:58:35.000000,oops,1.0,27.0\n"
      "2022-12-07T01:58:36.000000,2.0,1.0,27.0\n"
      "2022-12-07T01:58:37.000000,3.0";
  const auto imported = import_text("host.csv", text);
  EXPECT_THAT(find(imported.runs.at(0), "process_cpu").gaps, ElementsAre(span(0, 2)));
  EXPECT_THAT(imported.report.faults,
              ElementsAre("host.csv:3: \"oops\" is not a number", HasSubstr("host.csv:5: cut off")));
  EXPECT_EQ(import_error("host.csv", text, true).where, "host.csv:3");
}

// CodeCarbon.

constexpr auto codecarbon_header =
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_"
    "power,"
    "cpu_energy,gpu_energy,ram_energy,energy_consumed,country_name,country_iso_code,region,cloud_provider,"
    "cloud_region,"
    "os,python_version,codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_"
    "total_size,"
    "tracking_mode,on_cloud,pue\n";

TEST(CodeCarbon, EveryRowIsARunWithItsEnergies) {
  const auto imported = import_text(
      "emissions.csv", std::string(codecarbon_header) +
                           "2026-01-02T10:01:40,mnist,run-a,5b0fa12a,100.0,0.0005,5e-06,42.5,120.0,11.7,0."
                           "001,0.003,0.0003,0.0043,Spain,ESP,"
                           "madrid,,,\"Linux-6.1, x86_64\",3.11.2,2.3.4,16,AMD EPYC 7313,2,2 x NVIDIA "
                           "A40,-3.7,40.4,31.2,machine,N,1.0\n"
                           "2026-01-02T11:00:00,mnist,run-b,5b0fa12a,50.0,0.0001,2e-06,42.5,0.0,11.7,0.002,0."
                           "0,0.0003,0.0023,Spain,ESP,"
                           "madrid,,,Linux,3.11.2,2.3.4,16,AMD EPYC 7313,,,-3.7,40.4,31.2,machine,N,1.0\n");
  EXPECT_EQ(imported.report.kind, "codecarbon");
  ASSERT_THAT(imported.runs, SizeIs(2));
  const auto& run = imported.runs[0];
  EXPECT_EQ(run.info.id, "run-a");
  EXPECT_EQ(run.info.name, "mnist");
  EXPECT_EQ(run.info.training.gpu_count, 2);
  EXPECT_EQ(run.host.os, "Linux-6.1, x86_64");
  EXPECT_EQ(run.host.logical_cpus, 16);
  EXPECT_EQ(run.place.country, "ESP");
  EXPECT_NEAR(*run.place.intensity_g_per_kwh, 0.5 / 0.0043, 1e-9);
  EXPECT_EQ(run.span, span(0, 100));
  EXPECT_EQ(run.started, (WallTime{1'767'348'000'000'000'000}));  // date -u -d 2026-01-02T10:00:00 +%s
  const auto energy = trace::energy_of(run);
  EXPECT_NEAR(energy.total->value(), 0.0043 * 3.6e6, 1e-6);
  EXPECT_NEAR(find(run, "gpu_energy").values.back(), 0.003 * 3.6e6, 1e-9);
  EXPECT_EQ(find(run, "gpu_energy").channel.provenance, Provenance::measured);
  EXPECT_EQ(find(run, "cpu_energy").channel.provenance, Provenance::modelled);
  // 0 kWh without a GPU is not a measurement.
  EXPECT_THAT(imported.runs[1].traces, SizeIs(2));
  EXPECT_EQ(imported.runs[1].info.training.gpu_count, std::nullopt);
}

TEST(CodeCarbon, AGpuThatItListsAndCountsAsNothingIsMissing) {
  const auto imported = import_text(
      "emissions.csv",
      "run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,gpu_count,gpu_model\n"
      "r,60,0.1,0.001,0.0,0.0002,0.0012,1,A100\n");
  EXPECT_THAT(imported.runs.at(0).traces, SizeIs(2));
  EXPECT_THAT(imported.runs.at(0).notes, ElementsAre(HasSubstr("could not read them")));
}

TEST(CodeCarbon, FlushedRowsOfOneRunAreItsCounter) {
  const auto imported = import_text("emissions.csv",
                                    "run_id,duration,emissions,energy_consumed\n"
                                    "a,10,0.1,0.001\na,20,0.2,0.003\nb,5,0.1,0.001\nb,5,0.1,0.001\n");
  ASSERT_THAT(imported.runs, SizeIs(3));
  EXPECT_THAT(find(imported.runs[0], "node_energy").times, ElementsAre(0, 10, 20));
  EXPECT_THAT(find(imported.runs[0], "node_energy").values, ElementsAre(0, 3600, 10800));
  EXPECT_EQ(imported.runs[2].info.id, "b-line-5");  // written twice: never the same id
}

TEST(CodeCarbon, FaultyRowsAreTold) {
  const auto imported = import_text("emissions.csv",
                                    "run_id,duration,emissions,energy_consumed\n"
                                    "a,10,0.1\nb,,0.2,0.003\nc,5,0.1,0.001\n");
  EXPECT_THAT(imported.runs, SizeIs(1));
  EXPECT_THAT(imported.report.faults,
              ElementsAre("emissions.csv:2: 3 cells under a header of 4", "emissions.csv:3: no duration"));
  EXPECT_THAT(import_error("emissions.csv", "run_id,duration,emissions,energy_consumed\n").message,
              HasSubstr("no run"));
}

TEST(CodeCarbon, ChangedColumnsWithinOneFileAreRead) {
  const std::string old_header =
      "timestamp,run_id,duration,emissions,emissions_rate,cpu_energy,gpu_energy,ram_energy,energy_consumed\n";
  const std::string old_row = "2026-01-02T10:00:00,a,100,0.01,0.0001,0.001,0.003,0.0005,0.0045\n";
  // A second header, where the file was continued by another version.
  const auto told = import_text("emissions.csv", old_header + old_row +
                                                     "timestamp,run_id,duration,emissions,energy_consumed\n"
                                                     "2026-01-02T11:00:00,b,50,0.01,0.002\n");
  ASSERT_THAT(told.runs, SizeIs(2));
  EXPECT_NEAR(trace::energy_of(told.runs[1]).total->value(), 0.002 * 3.6e6, 1e-9);
  // A row of a version with more columns, below the old header.
  const auto silent = import_text("emissions.csv", old_header + old_row +
                                                       "2026-01-02T11:00:00,proj,b,exp,50,0.02,0.0004,60.0,"
                                                       "300.0,12.0,0.001,0.004,0.0005,0.0055,1.5,Spain\n");
  ASSERT_THAT(silent.runs, SizeIs(2));
  EXPECT_EQ(silent.runs[1].info.id, "b");
  EXPECT_EQ(silent.runs[1].span, span(0, 50));
  EXPECT_NEAR(find(silent.runs[1], "gpu_energy").values.back(), 0.004 * 3.6e6, 1e-9);
  EXPECT_NEAR(trace::energy_of(silent.runs[1]).total->value(), 0.0055 * 3.6e6, 1e-9);
}

// MLPerf logs.

std::string mllog(const std::string& key, double time_ms, const std::string& value = "null",
                  const std::string& metadata = "{}") {
  return fmt::format(
      ":::MLLOG {{\"namespace\": \"\", \"time_ms\": {:.0f}, \"event_type\": \"POINT_IN_TIME\", \"key\": "
      "\"{}\", "
      "\"value\": {}, \"metadata\": {}}}\n",
      time_ms, key, value, metadata);
}

TEST(Mllog, ATrainingLogHasEpochsMetricsAndItsEnd) {
  const double t0 = 1'715'340'000'000;
  const auto text =
      "+ echo start\nsome library: warning\n" + mllog("submission_benchmark", t0 - 9000, "\"resnet\"") +
      mllog("global_batch_size", t0 - 9000, "3200") + mllog("number_of_nodes", t0 - 9000, "2") +
      mllog("accelerators_per_node", t0 - 9000, "8") + mllog("run_start", t0) +
      mllog("block_start", t0 + 500, "null", "{\"first_epoch_num\": 1, \"epoch_count\": 2}") +
      mllog("epoch_start", t0 + 1000, "null", "{\"epoch_num\": 1}") +
      "0: " + mllog("epoch_stop", t0 + 11000, "null", "{\"epoch_num\": 1}") +
      mllog("epoch_start", t0 + 11000, "null", "{\"epoch_num\": 2}") +
      mllog("epoch_stop", t0 + 21000, "null", "{\"epoch_num\": 2}") +
      mllog("eval_accuracy", t0 + 22000, "0.7592", "{\"epoch_num\": 2}") + mllog("block_stop", t0 + 22000) +
      mllog("run_stop", t0 + 22500, "null", "{\"status\": \"success\"}");
  const auto imported = import_text("result_0.txt", text, true);
  EXPECT_EQ(imported.report.kind, "mllog");
  const auto& run = imported.runs.at(0);
  EXPECT_EQ(run.info.training.architecture, "resnet");
  EXPECT_EQ(run.info.training.batch_size, 3200);
  EXPECT_EQ(run.info.training.gpu_count, 16);
  EXPECT_EQ(run.span, span(0, 22.5));
  EXPECT_EQ(run.status, trace::RunStatus::finished);
  ASSERT_THAT(run.epochs, SizeIs(2));
  EXPECT_EQ(run.epochs[1].index, 2);
  EXPECT_EQ(run.epochs[1].span, span(11, 21));
  EXPECT_EQ(run.epochs[1].work, 1.0);
  EXPECT_EQ(run.info.work_unit, "epoch");
  ASSERT_THAT(run.metrics, SizeIs(1));
  EXPECT_EQ(run.metrics[0].epoch, 2);
  EXPECT_EQ(run.info.quality.at("eval_accuracy"), 0.7592);
  EXPECT_EQ(run.started, (WallTime{1'715'340'000'000'000'000}));
}

TEST(Mllog, BlocksStandInForEpochsWithTheirSamplesAsWork) {
  const auto text = mllog("run_start", 1000) + mllog("block_start", 1000, "null", "{\"samples_count\": 0}") +
                    mllog("block_stop", 5000, "null", "{\"samples_count\": 1536}") +
                    mllog("block_start", 5000, "null", "{\"samples_count\": 1536}") +
                    mllog("block_stop", 6000, "null", "{\"samples_count\": 1920}") +
                    mllog("block_start", 6000, "null", "{\"samples_count\": 1920}");
  const auto run = import_text("log.txt", text).runs.at(0);
  ASSERT_THAT(run.epochs, SizeIs(2));  // the third block did not end
  EXPECT_EQ(run.epochs[0].work, 1536.0);
  EXPECT_EQ(run.epochs[1].work, 384.0);
  EXPECT_EQ(run.info.work_unit, "sample");
  EXPECT_EQ(run.info.total_work, 1920.0);
  EXPECT_EQ(run.status, trace::RunStatus::interrupted);
}

TEST(Mllog, APowerLogHasAChannelPerHostAndItsGaps) {
  std::string text = mllog("power_measurement_start", 1000) +
                     mllog("conversion_eff", 1000, "0.5", "{\"measurement_type\": \"DC\"}");
  for (int i = 0; i < 10; ++i)
    text += mllog("power_reading", 2000 + 2000 * i, "1000", "{\"host\": \"node_0\"}");
  text += mllog("power_reading", 43000, "1000", "{\"host\": \"node_0\"}");
  text += mllog("power_reading", 43000, "500", "{\"host\": \"node_1\"}");
  const auto imported = import_text("power.txt", text, true);
  const auto& run = imported.runs.at(0);
  const auto& power = find(run, "node_0/node_power");
  EXPECT_EQ(power.channel.component, Component::node);
  EXPECT_EQ(power.channel.node, "node_0");
  EXPECT_THAT(power.channel.note, HasSubstr("conversion_eff"));
  EXPECT_EQ(power.values.front(), 500);
  EXPECT_EQ(power.times.front(), 1);
  EXPECT_THAT(power.gaps, ElementsAre(span(19, 42)));
  EXPECT_EQ(imported.report.runs.at(0).gaps, Seconds{23});
  EXPECT_EQ(run.info.stream, "DC");
  EXPECT_EQ(run.status, trace::RunStatus::finished);
}

TEST(Mllog, TwoAttemptsInOneFileAreTwoRuns) {
  const auto attempt = [](double t0, int epochs, bool ends) {
    auto text = mllog("init_start", t0 - 500) + mllog("submission_benchmark", t0 - 400, "\"resnet\"") +
                mllog("run_start", t0);
    for (int i = 1; i <= epochs; ++i)
      text += mllog("epoch_start", t0 + 10'000 * (i - 1), "null", fmt::format("{{\"epoch_num\": {}}}", i)) +
              mllog("epoch_stop", t0 + 10'000 * i, "null", fmt::format("{{\"epoch_num\": {}}}", i));
    return ends ? text + mllog("run_stop", t0 + 10'000 * epochs, "null", "{\"status\": \"success\"}") : text;
  };
  const auto imported = import_text(
      "result_0.txt", attempt(1'709'632'800'000, 1, false) + attempt(1'709'632'900'000, 3, true), true);
  ASSERT_THAT(imported.runs, SizeIs(2));
  EXPECT_EQ(imported.runs[0].status, trace::RunStatus::interrupted);
  EXPECT_EQ(imported.runs[0].span, span(0, 10));
  EXPECT_THAT(imported.runs[0].epochs, SizeIs(1));
  EXPECT_EQ(imported.runs[1].status, trace::RunStatus::finished);
  EXPECT_EQ(imported.runs[1].span, span(0, 30));
  ASSERT_THAT(imported.runs[1].epochs, SizeIs(3));
  EXPECT_EQ(imported.runs[1].epochs[0].index, 1);
  EXPECT_EQ(imported.runs[1].epochs[2].span, span(20, 30));
  EXPECT_EQ(imported.runs[1].info.training.architecture, "resnet");
  EXPECT_NE(imported.runs[0].info.id, imported.runs[1].info.id);
}

TEST(Mllog, AFractionalEpochNumberIsAShareOfAnEpoch) {
  auto text = mllog("run_start", 0);
  for (int i = 0; i < 4; ++i) {
    const auto number = fmt::format("{{\"epoch_num\": {}}}", 0.25 * i);
    text += mllog("epoch_start", 1000 * i, "null", number) +
            mllog("epoch_stop", 1000 * i + 1000, "null", number) +
            mllog("eval_accuracy", 1000 * i + 1000, "0.5", number);
  }
  const auto imported = import_text("log.txt", text);
  const auto& run = imported.runs.at(0);
  ASSERT_THAT(run.epochs, SizeIs(4));
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(run.epochs[static_cast<std::size_t>(i)].index, i);
    EXPECT_EQ(run.epochs[static_cast<std::size_t>(i)].work, 0.25);
  }
  EXPECT_EQ(run.info.total_work, 1.0);
  EXPECT_EQ(run.metrics[1].epoch, std::nullopt);  // 0.25 is neither epoch 0 nor 1
}

TEST(Mllog, DamageIsTold) {
  const auto text = mllog("power_reading", 1000, "100") + ":::MLLOG {\"key\": \"power_read\n" +
                    mllog("power_reading", 3000, "100") + mllog("power_reading", 2000, "100") +
                    mllog("power_reading", 4000, "\"high\"") + mllog("epoch_stop", 5000);
  const auto imported = import_text("power.txt", text);
  EXPECT_THAT(imported.report.faults,
              ElementsAre("power.txt:2: what follows :::MLLOG is not a whole JSON object",
                          HasSubstr("power.txt:4: time_ms falls by 1000"),
                          HasSubstr("power.txt:5: power_reading without"),
                          "power.txt:6: epoch_stop without its start"));
  EXPECT_THAT(find(imported.runs.at(0), "power/node_power").gaps, ElementsAre(span(0, 2)));
  EXPECT_EQ(import_error("power.txt", text, true).where, "power.txt:2");
  EXPECT_THAT(import_error("x.txt", mllog("seed", 1)).message, HasSubstr("no run, epoch or power"));
}

TEST(Mllog, ATimeNestedDeeplyIsAFault) {
  const auto text = mllog("power_reading", 1000, "100") +
                    ":::MLLOG {\"key\": \"power_reading\", \"time_ms\": " + std::string(60'000, '[') +
                    std::string(60'000, ']') + "}\n" + mllog("power_reading", 2000, "100");
  EXPECT_THAT(import_text("power.txt", text).report.faults,
              ElementsAre("power.txt:2: nests deeper than any log entry"));
}

// Bundles through the same function, and behaviour that all importers share.

TEST(ImportPath, TakesABundleByItsDirectoryOrItsFile) {
  const testing::TemporaryDirectory folder;
  folder.write("a/run.json", R"({"id": "one"})");
  folder.write("a/power.csv", "time_s,gpu0_w,fan\n0,1,1\n1,x,1\n2,,1\n3,3,1\n");
  for (const auto* path : {"a", "a/run.json", ""}) {
    trace::RunCollector collector;
    const auto report = import_path(folder.path() / path, {}, collector);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->kind, "bundle");
    ASSERT_THAT(report->runs, SizeIs(1));
    EXPECT_EQ(report->runs[0].id, "one");
    EXPECT_EQ(report->runs[0].samples, 4u);
    EXPECT_EQ(report->runs[0].gaps, Seconds{3});
    EXPECT_EQ(report->skipped_lines, 1u);
    EXPECT_THAT(report->left, ElementsAre("power.csv: column fan is not one of a bundle"));
    EXPECT_THAT(collector.runs().at(0).traces, SizeIs(1));
  }
  trace::RunCollector collector;
  EXPECT_FALSE(import_path(folder.path() / "a", {.strict = true, .columns = {}}, collector));
}

TEST(ImportPath, SaysWhatIsNotThere) {
  const testing::TemporaryDirectory folder;
  trace::RunCollector collector;
  const auto absent = import_path(folder.path() / "none.csv", {}, collector);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::unavailable);
  const auto empty = import_path(folder.path(), {}, collector);
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, HasSubstr("without a run.json"));
}

TEST(LineReader, BlocksEndAtLinesWhateverTheReadsGive) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += fmt::format("line {}\n", i);
  text += "tail";
  std::size_t at = 0;
  LineReader lines("text", [&](char* to, std::size_t size) -> Result<std::size_t> {
    const auto count = std::min({size, text.size() - at, std::size_t{1000 + at % 77}});
    text.copy(to, count, at);
    at += count;
    return count;
  });
  EXPECT_THAT(std::string(*lines.head()), ::testing::StartsWith("line 0\nline 1\n"));
  std::string together;
  std::size_t next_line = 1;
  for (;;) {
    const auto block = *lines.block();
    if (block.empty()) break;
    EXPECT_EQ(lines.line(), next_line);
    EXPECT_EQ(block.back(), '\n');
    next_line += static_cast<std::size_t>(std::ranges::count(block, '\n'));
    together += block;
  }
  EXPECT_TRUE(lines.cut_off());
  EXPECT_EQ(together, text + "\n");
}

TEST(LineReader, ALineLongerThanAnyLogHasIsLeftOut) {
  const auto text = "one\n" + std::string(3 * LineReader::longest_line, 'x') + "\ntwo\nthree";
  LineReader lines("text", std::string_view(text));
  std::string together;
  std::size_t last = 0;
  for (;;) {
    const auto block = *lines.block();
    if (block.empty()) break;
    together += block;
    last = lines.line();
  }
  EXPECT_EQ(together, "one\ntwo\nthree\n");
  EXPECT_EQ(lines.overlong_lines(), 1u);
  EXPECT_EQ(last, 4u);
}

TEST(Importers, EveryMeasuredLogImportsWithoutLoss) {
  SKIP_WITHOUT_SHARED_DATA(root);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "nvidia-smi")) {
    trace::RunCollector collector;
    const auto report = import_path(entry.path(), {.strict = true, .columns = {}}, collector);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->skipped_lines, 0u);
    EXPECT_GT(report->runs.at(0).samples, 1000u);
    EXPECT_THAT(collector.runs().at(0).notes, SizeIs(1)) << "a clock jump where there is none";
    ++files;
  }
  EXPECT_GE(files, 12);
}

}  // namespace
}  // namespace joulecast::formats
