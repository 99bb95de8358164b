// Arbitrary bytes as the tables and descriptions that users give. The first byte chooses the reader. The
// result must be a one-line error that names the file, or figures within their bounds.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "carbon/intensity.hpp"
#include "formats/workload_table.hpp"
#include "hardware/board_gain.hpp"
#include "hardware/catalogue.hpp"
#include "hardware/cpu_power_table.hpp"
#include "lab/campaign/record_format.hpp"
#include "lab/plan/cells.hpp"
#include "lab/plan/order.hpp"
#include "lab/plan/read_plan.hpp"
#include "network/ec_nas.hpp"
#include "network/training_cost.hpp"
#include "support/written_file.hpp"

namespace {

using namespace joulecast;
using fuzzing::written_file;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Whether the table was read; if not, the error must be fit to be shown.
template <class T>
bool read(const Result<T>& table) {
  if (table) return true;
  const auto text = to_string(table.error());
  require(!text.empty() && text.find('\n') == std::string::npos);
  return false;
}

void workloads(std::string_view text) {
  const auto table = formats::parse_workload_table(text, "fuzz.csv");
  if (!read(table)) return;
  for (const auto& row : table->rows) {
    require(!row.config_id.empty() && row.training.batch_size && row.training.gpu_count);
    for (const auto& figure : {row.epoch_time_s, row.mean_gpu_w, row.epoch_gpu_energy_j})
      require(!figure || (std::isfinite(*figure) && *figure > 0));
  }
}

void board_gains(std::string_view text) {
  const auto gains = hardware::read_board_gains(written_file("gains.csv", text));
  if (!read(gains)) return;
  for (const auto& board : *gains) require(board.gain >= 0.5 && board.gain <= 2 && board.uncertainty >= 0);
}

void gpus(std::string_view text) {
  const auto file = written_file("gpu.json", text);
  const auto found = hardware::read_gpu_file(file);
  if (!read(found)) return;
  for (const auto& gpu : *found) {
    require(!gpu.name.empty() && gpu.power_limit.value() > 0 && std::isfinite(gpu.fp32_tflops));
    require(hardware::write_gpu_file(gpu, file).has_value());
    const auto again = hardware::read_gpu_file(file);
    require(again && again->size() == 1 && again->front().power_limit == gpu.power_limit);
  }
}

void cpu_power(std::string_view text) {
  const auto table = hardware::read_cpu_power_tables({written_file("cpu.csv", text)});
  if (!read(table)) return;
  for (const auto& group : table->groups) {
    require(group.sockets > 0 && group.measured.cpu.cores > 0 && group.measured.cpu.tdp.value() > 0);
    for (const auto& reading : group.measured.readings)
      require(reading.power.value() > 0 && reading.utilisation > 0 && reading.utilisation <= 1);
  }
}

void graphs(std::string_view text) {
  const auto cells = network::read_ec_nas_cells(written_file("graphs.csv", text));
  if (!read(cells)) return;
  for (const auto& [name, cell] : *cells) {
    const auto built = network::build_ec_nas(cell, "cell");
    if (read(built)) require(network::totals(*built).parameters > 0);
  }
}

void intensities(std::string_view text) {
  (void)written_file("countries.csv", text);
  const auto folder = written_file("cloud_regions.csv", text).parent_path();
  const auto table = carbon::IntensityTable::read(folder);
  if (!read(table)) return;
  const auto found = table->of_country("ESP");
  require(!found || found->value.value() >= 0);
}

void plans(std::string_view text) {
  const auto plan = lab::parse_plan(text, "fuzz.toml");
  if (!read(plan)) return;
  require(!plan->cells.empty() && plan->cells.size() <= 2 * lab::most_cells && !plan->command.empty());
  require(plan->repetitions.at_least >= 1 && plan->repetitions.at_least <= plan->repetitions.at_most);
  require(lab::order_of_block(*plan, 1).size() == plan->cells.size());
  if (plan->reference) require(plan->reference->cell < plan->cells.size());
}

void records(std::string_view text) {
  const auto record = lab::parse_record(text, "fuzz.journal:1");
  if (!read(record)) return;
  const auto line = lab::to_line(*record);
  require(line.find('\n') == std::string::npos);
  const auto again = lab::parse_record(line, "fuzz.journal:1");
  require(again && lab::to_line(*again) == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array readers{workloads, board_gains, gpus,  cpu_power,
                                      graphs,    intensities, plans, records};
  if (size == 0) return 0;
  readers[*data % readers.size()]({reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
