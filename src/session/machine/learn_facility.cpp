#include "session/machine/learn_facility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "session/machine/timed_series.hpp"
#include "session/runs/open_store.hpp"
#include "store/run_store.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace {

struct MeterRow {
  WallTime begin, end;
  Watts facility{0};
  std::optional<Watts> load;
};

struct Meter {
  std::vector<MeterRow> rows;
  bool tells_load = false;
};

Result<Meter> read_rows(const std::filesystem::path& file) {
  const auto table = CsvTable::read(file);
  if (!table) return propagate(table.error());
  const auto time = table->needed_column("time"), facility = table->needed_column("facility_w");
  if (!time) return propagate(time.error());
  if (!facility) return propagate(facility.error());
  const auto it = table->find("it_w");
  Meter meter{{}, it.has_value()};
  std::optional<WallTime> before;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto begin = moment_in(*table, row, *time);
    if (!begin) return propagate(begin.error());
    if (before && *begin <= *before)
      return fail(ErrorKind::malformed, table->where(row), "time does not rise");
    before = *begin;
    if (!meter.rows.empty()) meter.rows.back().end = *begin;
    const auto watts = table->number(row, *facility);
    if (!watts) return propagate(watts.error());
    const auto load = it ? table->number(row, *it) : Result<std::optional<double>>(std::nullopt);
    if (!load) return propagate(load.error());
    // A row without a power still ends the one before it.
    meter.rows.push_back({*begin, *begin, Watts{watts->value_or(0)}, {}});
    if (*load) meter.rows.back().load = Watts{**load};
  }
  // The last row has no end of its own. As long as the one before it is most likely.
  if (const auto n = meter.rows.size(); n > 1)
    meter.rows[n - 1].end = WallTime{2 * meter.rows[n - 1].begin.ns - meter.rows[n - 2].begin.ns};
  std::erase_if(meter.rows, [&](const MeterRow& row) {
    return !(row.facility.value() > 0) || (meter.tells_load && !row.load);
  });
  return meter;
}

/// What the runs of one machine drew during each row. Nothing where a run was measured for a part of the row
/// only, or where two runs shared the machine, whose energies would count the same readings twice.
struct HostLoad {
  std::vector<std::optional<Joules>> energy;
  std::vector<bool> unclear;
};

void add_run(const trace::Run& run, const std::vector<MeterRow>& rows, HostLoad& host) {
  const auto at = [&](WallTime time) { return time - *run.started; };
  std::vector<trace::Span> spans;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const trace::Span span{at(rows[i].begin), at(rows[i].end)};
    if (span.end <= run.span.begin || span.begin >= run.span.end) continue;
    const bool whole = span.begin >= run.span.begin && span.end <= run.span.end;
    if (!whole || host.energy[i]) {
      host.unclear[i] = true;
      continue;
    }
    spans.push_back(span);
    places.push_back(i);
  }
  const auto energies = trace::span_energies(run, spans);
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (energies[k])
      host.energy[places[k]] = energies[k];
    else
      host.unclear[places[k]] = true;
  }
}

/// Sets the load of each row to what the measured runs drew, if that is known for all machines that had one.
Status put_load_of_runs(const std::string& url, Meter& meter, std::string& from) {
  const auto store = open_store(url, store::Access::read);
  if (!store) return propagate(store.error());
  from = fmt::format("the runs of {}", (*store)->location());
  const auto listed = (*store)->find();
  if (!listed) return propagate(listed.error());
  std::map<std::string, HostLoad> hosts;
  for (const auto& row : *listed) {
    const auto run = (*store)->load(row.id);
    if (!run) return propagate(run.error());
    if (!run->started || run->status == trace::RunStatus::running) continue;
    auto& host = hosts[run->host.hostname];
    host.energy.resize(meter.rows.size());
    host.unclear.resize(meter.rows.size());
    add_run(*run, meter.rows, host);
  }
  for (std::size_t i = 0; i < meter.rows.size(); ++i) {
    Joules sum{0};
    bool known = false, unclear = false;
    for (const auto& [name, host] : hosts) {
      unclear = unclear || host.unclear[i];
      known = known || host.energy[i];
      sum += host.energy[i].value_or(Joules{0});
    }
    auto& row = meter.rows[i];
    if (known && !unclear) row.load = sum / (row.end - row.begin);
  }
  return {};
}

std::vector<carbon::FacilitySample> samples_of(const Meter& meter,
                                               const std::optional<TimedSeries>& weather) {
  std::vector<carbon::FacilitySample> samples;
  for (const auto& row : meter.rows) {
    if (!row.load || row.end <= row.begin) continue;
    carbon::FacilitySample sample{row.begin, row.end - row.begin, *row.load, row.facility, {}};
    const WallTime middle{row.begin.ns + (row.end.ns - row.begin.ns) / 2};
    if (weather)
      if (const auto degrees = weather->at(middle)) sample.outside = carbon::Celsius{*degrees};
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace

Result<LearnedFacility> learn_facility(const FacilityRequest& request) {
  auto meter = read_rows(request.meter);
  if (!meter) return propagate(meter.error());
  std::optional<TimedSeries> weather;
  if (!request.weather.empty()) {
    auto series = read_timed_series(request.weather, temperature_column, coldest, hottest);
    if (!series) return propagate(series.error());
    weather = std::move(*series);
  }
  std::string from = "the meter's it_w";
  if (!meter->tells_load)
    if (auto put = put_load_of_runs(request.store, *meter, from); !put) return propagate(put.error());
  const auto samples = samples_of(*meter, weather);
  auto fit = carbon::fit_facility(samples);
  if (!fit) {
    auto error = fit.error();
    error.where = request.meter.string();
    return propagate(std::move(error));
  }
  fit->model.learned_on = to_iso8601(system_clock().wall()).substr(0, 10);
  fit->model.load_from = from;
  if (auto written = carbon::write_facility(request.output, fit->model); !written)
    return propagate(written.error());
  return LearnedFacility{std::move(*fit), request.output, meter->rows.size() - samples.size()};
}

}  // namespace joulecast::session
