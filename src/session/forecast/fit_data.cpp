#include "session/forecast/fit_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "formats/workload_table.hpp"
#include "network/load.hpp"
#include "session/forecast/workload_rows.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

/// Parses "NAME=rest"; invalid without a name.
Result<std::pair<std::string, std::string>> named(const std::string& text, const char* field,
                                                  const char* what) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return fail_field(field, "is NAME={}, not '{}'", what, text);
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

Result<hardware::Catalogue> catalogue_with(const std::vector<std::filesystem::path>& devices) {
  auto catalogue = hardware::catalogue();
  for (const auto& file : devices) {
    if (!catalogue) return catalogue;
    auto own = hardware::read_gpu_file(file);
    if (!own) return propagate(own.error());
    for (auto& device : *own) catalogue->add(std::move(device));
  }
  return catalogue;
}

Result<estimate::SampleContext> context_of(const FitInput& input, const hardware::Catalogue& catalogue) {
  auto context = input.tables.empty() && input.graphs.empty()
                     ? Result<estimate::SampleContext>{estimate::SampleContext{}}
                     : estimate::sample_context(input.tables, input.graphs);
  if (!context) return context;
  context->catalogue = &catalogue;
  for (const auto& text : input.networks) {
    const auto pair = named(text, "network", "model.onnx");
    if (!pair) return propagate(pair.error());
    const auto network = network::load_network(pair->second);
    if (!network) return propagate(network.error());
    context->graphs[pair->first] = estimate::work_of(*network);
  }
  return context;
}

Status add_table(const std::filesystem::path& file, const estimate::SampleContext& context, FitData& data) {
  const auto table = formats::read_workload_table(file);
  if (!table) return propagate(table.error());
  // tables of speeds and energies have rows of processors and of boards that are not named in full
  estimate::RowsLeftOut left_out;
  auto samples = estimate::samples_of(*table, context, table->of_epochs ? nullptr : &left_out);
  if (!samples) return propagate(samples.error());
  if (left_out.first)
    data.left_out_text +=
        fmt::format("{}{} rows left out, the first at {}", data.left_out_text.empty() ? "" : "; ",
                    left_out.rows, to_string(*left_out.first));
  std::ranges::move(*samples, std::back_inserter(data.samples));
  return {};
}

/// Notes the number of runs for each source that the user did not describe.
void note_sources(const formats::WorkloadTable& runs, FitData& data) {
  std::map<std::string, int> sources;
  for (const auto& row : runs.rows) ++sources[row.source];
  for (const auto& [source, count] : sources)
    if (std::ranges::find(data.notes, source, &estimate::SourceNote::name) == data.notes.end())
      data.notes.push_back({source, fmt::format("{} recorded run{}", count, count == 1 ? "" : "s")});
}

Status add_runs(const std::string& path, const hardware::Catalogue& catalogue,
                const estimate::SampleContext& context, FitData& data) {
  const auto store = open_store(path, store::Access::read);
  if (!store) return propagate(store.error());
  const auto rows = workload_rows(**store, catalogue);
  if (!rows) return propagate(rows.error());
  data.runs_used = rows->table.rows.size();
  data.runs_left_out = static_cast<std::size_t>(rows->runs_left_out());
  data.left_out_text += (data.left_out_text.empty() ? "" : "; ") + rows->left_out_text();
  if (rows->table.rows.empty())
    return fail(ErrorKind::invalid, (*store)->location(), "{}",
                data.runs_left_out == 0 ? "holds no run to learn from" : data.left_out_text);
  auto samples = estimate::samples_of(rows->table, context);
  if (!samples) return propagate(samples.error());
  std::ranges::move(*samples, std::back_inserter(data.samples));
  note_sources(rows->table, data);
  return {};
}

}  // namespace

Result<FitData> gather_fit_data(const FitInput& input) {
  if (input.tables.empty() && !input.store)
    return fail(ErrorKind::invalid, "fit", "give a TABLE of measured configurations, or --store");
  FitData data;
  for (const auto& text : input.notes) {
    auto note = named(text, "source", "where from and under which licence");
    if (!note) return propagate(note.error());
    data.notes.push_back({std::move(note->first), std::move(note->second)});
  }
  const auto catalogue = catalogue_with(input.devices);
  if (!catalogue) return propagate(catalogue.error());
  const auto context = context_of(input, *catalogue);
  if (!context) return propagate(context.error());
  for (const auto& file : input.tables)
    if (auto added = add_table(file, *context, data); !added) return propagate(added.error());
  if (input.store)
    if (auto added = add_runs(*input.store, *catalogue, *context, data); !added)
      return propagate(added.error());
  return data;
}

Error with_left_out(Error error, const FitData& data) {
  if (!data.left_out_text.empty()) error.message += "; " + data.left_out_text;
  return error;
}

}  // namespace joulecast::session
