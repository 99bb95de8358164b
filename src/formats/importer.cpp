#include "formats/importer.hpp"

#include <algorithm>
#include <array>

#include "formats/run_bundle.hpp"

namespace joulecast::formats {

extern const Importer nvidia_smi_importer;
extern const Importer host_csv_importer;
extern const Importer codecarbon_importer;
extern const Importer mllog_importer;

namespace {

namespace fs = std::filesystem;

Status import_bundle(const fs::path& directory, const ImportOptions& options, trace::RunSink& sink,
                     ImportReport& report) {
  Damage damage(options.strict);
  BundleNotes notes;
  const auto run = read_run_bundle(directory, damage, notes);
  if (!run) return propagate(run.error());
  report.left.insert(report.left.end(), notes.left.begin(), notes.left.end());
  report.skipped_lines += damage.lines();
  report.faults.insert(report.faults.end(), damage.first().begin(), damage.first().end());
  auto& summary = report.runs.emplace_back();
  summary.id = run->info.id;
  summary.samples = notes.rows;
  for (const auto& trace : run->traces) {
    summary.readings += trace.size();
    Seconds gaps{0};
    for (const auto& gap : trace.gaps) gaps += gap.length();
    const auto quantity = trace.channel.quantity;
    if (quantity == trace::Quantity::power || quantity == trace::Quantity::energy)
      summary.gaps = std::max(summary.gaps, gaps);
    if (std::ranges::find(report.taken, trace.channel.name) == report.taken.end())
      report.taken.push_back(trace.channel.name);
  }
  return trace::replay(*run, sink);
}

Result<ImportReport> import_bundles(const fs::path& root, const ImportOptions& options,
                                    trace::RunSink& sink) {
  ImportReport report;
  report.kind = "bundle";
  const auto bundles = find_run_bundles(root);
  if (bundles.empty())
    return fail(ErrorKind::malformed, root.string(), "a directory without a run.json in it or below it");
  for (const auto& bundle : bundles)
    if (auto ok = import_bundle(bundle, options, sink, report); !ok) return propagate(ok.error());
  return report;
}

}  // namespace

std::span<const Importer* const> all_importers() {
  // The headers of CodeCarbon and of the host log are fixed, so these are tried first. nvidia-smi allows any
  // columns in any order.
  static constexpr std::array<const Importer*, 4> importers{&codecarbon_importer, &host_csv_importer,
                                                            &mllog_importer, &nvidia_smi_importer};
  return importers;
}

Result<ImportReport> import_lines(LineReader lines, const ImportOptions& options, trace::RunSink& sink) {
  const auto head = lines.head();
  if (!head) return propagate(head.error());
  if (head->empty()) return fail(ErrorKind::malformed, lines.name(), "the file is empty");
  for (const auto* importer : all_importers()) {
    if (!importer->recognises(*head, options)) continue;
    ImportReport report;
    report.kind = importer->kind;
    if (auto ok = importer->import(lines, options, sink, report); !ok) return propagate(ok.error());
    return report;
  }
  return fail(ErrorKind::malformed, place(lines.name(), 1),
              "not a file that can be imported (nvidia-smi CSV, process CPU and memory CSV, CodeCarbon "
              "emissions.csv, "
              "MLPerf MLLOG, or the directory of a run bundle)");
}

Result<ImportReport> import_path(const fs::path& path, const ImportOptions& options, trace::RunSink& sink) {
  std::error_code error;
  if (fs::is_directory(path, error)) return import_bundles(path, options, sink);
  if (path.filename() == "run.json") {
    const auto directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
    ImportReport report;
    report.kind = "bundle";
    if (auto ok = import_bundle(directory, options, sink, report); !ok) return propagate(ok.error());
    return report;
  }
  auto lines = LineReader::open(path);
  if (!lines) return propagate(lines.error());
  return import_lines(std::move(*lines), options, sink);
}

}  // namespace joulecast::formats
