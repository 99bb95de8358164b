#include "session/machine/calibrate_board.hpp"

#include <algorithm>
#include <set>

#include "base/clock.hpp"
#include "base/csv.hpp"
#include "session/runs/open_store.hpp"
#include "store/run_store.hpp"

namespace joulecast::session {
namespace {

constexpr std::string_view uuid_begins = "GPU-";

bool tells_energy(const trace::Channel& channel) {
  return channel.component == trace::Component::gpu && channel.provenance == Provenance::measured &&
         (channel.quantity == trace::Quantity::energy || channel.quantity == trace::Quantity::power);
}

/// The board's channel, a counter before a gauge.
Result<const trace::Trace*> board_of(const trace::Run& run, const std::string& gpu) {
  std::set<std::string> devices;
  for (const auto& trace : run.traces)
    if (tells_energy(trace.channel) && !trace.empty()) devices.insert(trace.channel.device);
  if (devices.empty()) return fail_field("run", "{}: it has no GPU whose power was measured", run.info.id);
  const bool named = devices.contains(gpu);
  if (devices.size() > 1 && !named)
    return fail_field("gpu", "the run has {} GPUs; name the UUID of the one that the meter is on",
                      devices.size());
  const trace::Trace* found = nullptr;
  for (const auto& trace : run.traces) {
    if (!tells_energy(trace.channel) || trace.empty() || (named && trace.channel.device != gpu)) continue;
    if (found == nullptr || trace.channel.quantity == trace::Quantity::energy) found = &trace;
  }
  return found;
}

Result<std::string> uuid_of(const trace::Channel& channel, const std::string& gpu) {
  const auto& uuid = gpu.empty() ? channel.device : gpu;
  if (uuid.starts_with(uuid_begins)) return uuid;
  return fail_field("gpu",
                    "the gain belongs to one board: name its UUID (nvidia-smi -L), as the run does not");
}

}  // namespace

Result<trace::Trace> read_meter(const std::filesystem::path& file) {
  const auto table = CsvTable::read(file);
  if (!table) return propagate(table.error());
  const auto time = table->needed_column("time_s"), power = table->needed_column("power_w");
  if (!time) return propagate(time.error());
  if (!power) return propagate(power.error());
  trace::Trace meter;
  meter.channel.name = file.filename().string();
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto at = table->number(row, *time), watts = table->number(row, *power);
    if (!at) return propagate(at.error());
    if (!watts) return propagate(watts.error());
    if (!*at || !*watts) continue;
    if (!meter.empty() && **at <= meter.times.back())
      return fail(ErrorKind::malformed, table->where(row), "time_s does not rise");
    meter.times.push_back(**at);
    meter.values.push_back(**watts);
  }
  return meter;
}

Result<BoardCalibration> calibrate_board(const BoardCalibrationRequest& request) {
  const auto meter = read_meter(request.meter);
  if (!meter) return propagate(meter.error());
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  const auto run = (*store)->load(request.run);
  if (!run) return propagate(run.error());
  const auto board = board_of(*run, request.gpu);
  if (!board) return propagate(board.error());
  const auto& channel = (*board)->channel;
  const auto uuid = uuid_of(channel, request.gpu);
  if (!uuid) return propagate(uuid.error());
  const auto fit = hardware::fit_gain(**board, *meter);
  if (!fit) return propagate(fit.error());
  const auto file = request.gains.empty() ? hardware::board_gains_file() : request.gains;
  if (!file) return propagate(file.error());
  // The run may already have been corrected by an earlier gain.
  const double earlier = hardware::gain_in_note(channel.note).value_or(1);
  const auto today = to_iso8601(system_clock().wall()).substr(0, 10);
  BoardCalibration result{
      {*uuid, channel.device_name, earlier * fit->gain, fit->uncertainty, today}, *fit, channel.name, *file};
  if (auto put = hardware::put_board_gain(*file, result.board); !put) return propagate(put.error());
  return result;
}

}  // namespace joulecast::session
