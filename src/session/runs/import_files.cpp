#include "session/runs/import_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "formats/join_runs.hpp"
#include "formats/run_bundle.hpp"
#include "hardware/catalogue.hpp"
#include "session/runs/open_store.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::session {
namespace {

namespace fs = std::filesystem;
using formats::ImportReport;

void set_energy(ImportedRun& imported, const trace::Run& run) {
  const auto energy = trace::energy_of(run);
  imported.energy = energy.total;
  imported.provenance = energy.provenance;
}

std::vector<ImportedRun> runs_of(const ImportReport& report) {
  std::vector<ImportedRun> runs;
  for (const auto& summary : report.runs)
    runs.push_back({.id = summary.id,
                    .samples = summary.samples,
                    .readings = summary.readings,
                    .energy = {},
                    .gaps = summary.gaps});
  return runs;
}

Result<ImportedFile> import_into_store(const fs::path& file, const ImportRequest& request,
                                       store::RunStore& store) {
  const auto sink = store.import();
  auto report = formats::import_path(file, request.options, *sink);
  if (!report) return propagate(report.error());
  ImportedFile imported{file, std::move(*report), {}};
  imported.runs = runs_of(imported.report);
  for (std::size_t i = 0; i < imported.runs.size(); ++i) {
    auto& run = imported.runs[i];
    run.id = sink->kept()[i].id;
    run.already_there = sink->kept()[i].already_there;
    const auto stored = store.summary(run.id);
    if (!stored) return propagate(stored.error());
    set_energy(run, *stored);
  }
  return imported;
}

Result<ImportedFile> import_into_memory(const fs::path& file, const ImportRequest& request,
                                        std::vector<trace::Run>& runs) {
  trace::RunCollector collector;
  auto report = formats::import_path(file, request.options, collector);
  if (!report) return propagate(report.error());
  ImportedFile imported{file, std::move(*report), {}};
  imported.runs = runs_of(imported.report);
  for (std::size_t i = 0; i < imported.runs.size(); ++i) set_energy(imported.runs[i], collector.runs()[i]);
  std::ranges::move(collector.runs(), std::back_inserter(runs));
  return imported;
}

/// A run's id as the name of a folder: one that stays in its parent and that a shell takes as it is.
std::string folder_name(const std::string& id) {
  constexpr std::size_t longest = 200;  // file systems allow 255 bytes
  auto name = id.substr(0, longest);
  for (char& c : name)
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
  if (name.find_first_not_of('.') == std::string::npos) name = "run";
  if (name.front() == '-') name.front() = '_';
  return name;
}

/// Writes a single run to the directory itself, several runs to one subdirectory each, named by id.
Status write_bundles(const std::vector<trace::Run>& runs, const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& run : runs) {
    const auto wanted = folder_name(run.info.id);
    auto name = wanted;
    for (int n = 2; !names.insert(name).second; ++n) name = fmt::format("{}-{}", wanted, n);
    const auto target = runs.size() == 1 ? directory : directory / name;
    if (auto ok = formats::write_run_bundle(run, target); !ok) return ok;
  }
  return {};
}

std::string names_of(const std::vector<fs::path>& files) {
  std::string names;
  for (const auto& file : files) names += (names.empty() ? "" : ", ") + file.string();
  return names;
}

/// Merges the files' runs into one. The outcome gets a row of its own with everything that was left out of
/// the files.
Result<ImportedFile> join(std::vector<ImportedFile> parts, std::vector<trace::Run>& runs,
                          const std::vector<fs::path>& files) {
  auto joined = formats::join_runs(std::move(runs));
  if (!joined) return propagate(joined.error());
  ImportedFile one{names_of(files), {}, {}};
  auto& row = one.runs.emplace_back();
  row.id = joined->info.id;
  std::set<std::string> kinds;
  for (auto& part : parts) {
    kinds.insert(part.report.kind);
    one.report.skipped_lines += part.report.skipped_lines;
    one.report.doubted_values += part.report.doubted_values;
    std::ranges::move(part.report.taken, std::back_inserter(one.report.taken));
    std::ranges::move(part.report.left, std::back_inserter(one.report.left));
    std::ranges::move(part.report.faults, std::back_inserter(one.report.faults));
    for (const auto& run : part.runs) {
      row.samples += run.samples;
      row.readings += run.readings;
      row.gaps = std::max(row.gaps, run.gaps);
    }
  }
  for (const auto& kind : kinds) one.report.kind += (one.report.kind.empty() ? "" : "+") + kind;
  set_energy(row, *joined);
  runs.clear();
  runs.push_back(std::move(*joined));
  return one;
}

/// Runs that are not stored at once are in memory until the end: a log of this size takes some 400 MB.
constexpr std::uint64_t most_collected_bytes = 128'000'000;

/// The power limit of the largest board of that name. A share of a board is not limited by its share: its
/// power is read from the whole board. A name may be wrong, so that nothing below 1 kW is doubted for it.
std::optional<Watts> limit_of_board(std::string_view name) {
  const auto& catalogue = hardware::catalogue();
  for (const std::string_view share : {"MIG", "GRID", "vGPU"})
    if (name.find(share) != std::string_view::npos) return std::nullopt;
  if (!catalogue) return std::nullopt;
  auto boards = catalogue->gpus_called(name);
  if (const auto one = catalogue->find_gpu(name)) boards.push_back(*one);
  if (boards.empty()) return std::nullopt;
  const auto limit = std::ranges::max(boards, {}, &hardware::Gpu::power_limit).power_limit;
  constexpr Watts least{334};  // three times it are believed
  return std::max(limit, least);
}

ImportRequest with_limits(ImportRequest request) {
  request.options.board_limit = limit_of_board;
  if (request.join || request.bundle || request.dry_run)
    request.options.most_log_bytes = most_collected_bytes;
  return request;
}

Status keep_in_store(const std::vector<trace::Run>& runs, store::RunStore& store, ImportedFile& imported) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto id = store.import_run(runs[i]);
    if (!id) return propagate(id.error());
    imported.runs[i].id = std::move(*id);
  }
  return {};
}

}  // namespace

Result<ImportOutcome> import_files(const ImportRequest& asked) {
  const auto request = with_limits(asked);
  ImportOutcome outcome;
  std::unique_ptr<store::RunStore> store;
  if (request.bundle && !request.dry_run) {
    outcome.kept_in = request.bundle->string();
  } else if (!request.dry_run) {
    auto opened = open_store(request.store, store::Access::write);
    if (!opened) return propagate(opened.error());
    store = std::move(*opened);
    outcome.kept_in = store->location();
  }
  std::vector<trace::Run> runs;  // used only for runs that are joined or become bundles
  for (const auto& file : request.files) {
    const bool streamed = store && !request.join;
    auto imported =
        streamed ? import_into_store(file, request, *store) : import_into_memory(file, request, runs);
    if (!imported) {
      outcome.failures.push_back(std::move(imported.error()));
      continue;
    }
    std::ranges::move(imported->report.broken, std::back_inserter(outcome.failures));
    if (!imported->runs.empty()) outcome.files.push_back(std::move(*imported));
  }
  if (request.join && !outcome.failures.empty()) return propagate(outcome.failures.front());
  if (request.join) {
    auto one = join(std::move(outcome.files), runs, request.files);
    if (!one) return propagate(one.error());
    outcome.files = {std::move(*one)};
    if (store)
      if (auto ok = keep_in_store(runs, *store, outcome.files.front()); !ok) return propagate(ok.error());
  }
  if (request.bundle && !request.dry_run && !runs.empty())
    if (auto ok = write_bundles(runs, *request.bundle); !ok) return propagate(ok.error());
  return outcome;
}

}  // namespace joulecast::session
