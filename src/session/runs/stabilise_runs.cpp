#include "session/runs/stabilise_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "formats/importer.hpp"
#include "formats/run_bundle.hpp"
#include "session/runs/open_store.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::session {
namespace {

namespace fs = std::filesystem;
using stability::StabilityDetector;
using Methods = std::vector<const StabilityDetector*>;

Result<Methods> methods_named(const std::string& name) {
  if (name.empty()) return Methods{&stability::default_detector()};
  // The default method comes first, because its result is reported as the run's.
  if (name == "all") {
    Methods all{&stability::default_detector()};
    for (const auto* method : stability::all_detectors())
      if (method != all.front()) all.push_back(method);
    return all;
  }
  if (const auto* method = stability::detector_named(name)) return Methods{method};
  std::vector<std::string_view> known;
  for (const auto* method : stability::all_detectors()) known.push_back(method->name);
  return fail_field("method", "'{}' is none of {}, all", name, fmt::join(known, ", "));
}

Result<stability::DetectorOptions> detector_options(const StabiliseRequest& request) {
  if (request.window < 3) return fail_field("window", "{} samples; at least 3 are needed", request.window);
  if (!(request.noise_w >= 0)) return fail_field("noise", "a deviation is not negative");
  stability::DetectorOptions options;
  options.window = request.window;
  options.noise_deviation = request.noise_w;
  return options;
}

bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Opens the store when the first stored run is needed. A store must be used by one thread at a time.
class StoredRuns {
 public:
  explicit StoredRuns(std::string path) : path_(std::move(path)) {}

  /// The run that `reference` means.
  [[nodiscard]] Result<store::RunChoice> find(const std::string& reference) {
    if (!store_) {
      auto opened = open_store(path_, store::Access::read);
      if (!opened) return not_found(reference, to_string(opened.error()), opened.error().kind);
      store_ = std::move(*opened);
    }
    auto choice = store_->resolve(reference);
    if (!choice) return not_found(reference, choice.error().message, choice.error().kind);
    return choice;
  }

  [[nodiscard]] Result<trace::Run> load(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return store_->load(id);
  }

 private:
  static Failure not_found(const std::string& reference, std::string_view why, ErrorKind kind) {
    return fail(kind, reference, "no such file or folder; as a stored run: {}", why);
  }

  std::string path_;
  std::unique_ptr<store::RunStore> store_;
  std::mutex mutex_;
};

Result<trace::Run> imported_run(const std::string& path) {
  trace::RunCollector collector;
  const auto imported = formats::import_path(path, {}, collector);
  if (!imported) return propagate(imported.error());
  auto& runs = collector.runs();
  if (runs.size() != 1) return fail(ErrorKind::invalid, path, "holds {} runs; one is needed", runs.size());
  return std::move(runs.front());
}

Result<trace::Run> load_run(const StabiliseRequest& request, store::RunChoice& choice) {
  const auto& name = request.runs.front();
  if (is_there(name)) return imported_run(name);
  StoredRuns stored(request.store);
  auto found = stored.find(name);
  if (!found) return propagate(found.error());
  choice = std::move(*found);
  return stored.load(choice.id);
}

Result<StabiliseAnswer> look_at_one(const StabiliseRequest& request, const Methods& methods,
                                    const stability::DetectorOptions& options) {
  const auto& name = request.runs.front();
  store::RunChoice choice;
  const auto run = load_run(request, choice);
  if (!run) return propagate(run.error());
  auto stability = stability::stability_of(*run, methods, options);
  if (!stability) return fail(ErrorKind::malformed, name, "{}", stability.error().message);
  if (const auto& point = stability->points.front(); methods.size() == 1 && !point.stable_from)
    return fail(ErrorKind::invalid, name, "{}", point.reason);
  return StabilityOfRun{run->info.id, std::move(choice), std::move(*stability)};
}

/// Every run that the request names: bundles in folders, and stored runs.
Result<std::vector<StabilitySource>> sources_of(const StabiliseRequest& request) {
  std::vector<StabilitySource> sources;
  const auto stored = std::make_shared<StoredRuns>(request.store);
  for (const auto& name : request.runs) {
    if (!is_there(name)) {
      const auto choice = stored->find(name);
      if (!choice) return propagate(choice.error());
      sources.push_back({choice->id, [stored, id = choice->id] { return stored->load(id); }});
      continue;
    }
    const auto bundles = formats::find_run_bundles(name);
    if (bundles.empty()) return fail(ErrorKind::invalid, name, "no run bundle at or below this folder");
    for (const auto& bundle : bundles)
      sources.push_back({bundle.string(), [bundle] { return formats::read_run_bundle(bundle); }});
  }
  return sources;
}

}  // namespace

bool gives_summary(const StabiliseRequest& request) {
  if (request.summary || request.runs.empty()) return request.summary;
  const fs::path first = request.runs.front();
  std::error_code ignored;
  return fs::is_directory(first, ignored) && !fs::exists(first / "run.json", ignored);
}

Result<StabiliseAnswer> stabilise_runs(const StabiliseRequest& request) {
  const auto methods = methods_named(request.method);
  if (!methods) return propagate(methods.error());
  const auto options = detector_options(request);
  if (!options) return propagate(options.error());
  if (request.runs.empty()) return fail(ErrorKind::invalid, "runs", "no run was named");
  if (!gives_summary(request)) {
    if (request.runs.size() > 1) return fail(ErrorKind::invalid, "summary", "needed for more than one run");
    return look_at_one(request, *methods, *options);
  }
  const auto sources = sources_of(request);
  if (!sources) return propagate(sources.error());
  return summarise_stability(*sources, *methods, *options);
}

}  // namespace joulecast::session
