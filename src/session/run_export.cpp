#include "session/run_export.hpp"

#include <functional>

#include "formats/run_bundle.hpp"
#include "formats/run_csv.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace fs = std::filesystem;

Result<std::vector<fs::path>> export_run(const store::Store& store, const std::string& reference,
                                         const carbon::Request& place, const ExportTargets& targets) {
  if (auto status = carbon::check(place); !status) return propagate(status.error());
  if (targets.bundle.empty() && targets.readings_csv.empty() && targets.epochs_csv.empty())
    return fail(ErrorKind::invalid, "export", "nothing to write: give --bundle, --csv or --epochs-csv");
  const auto run = store.load(reference);
  if (!run) return propagate(run.error());

  std::vector<fs::path> written;
  const auto write = [&](const fs::path& target, const std::function<Status()>& action) -> Status {
    if (target.empty()) return {};
    auto status = action();
    if (status) written.push_back(target);
    return status;
  };
  const Status steps[] = {
      write(targets.bundle, [&] { return formats::write_run_bundle(*run, targets.bundle); }),
      write(targets.readings_csv, [&] { return formats::write_readings_csv(*run, targets.readings_csv); }),
      write(targets.epochs_csv,
            [&] { return formats::write_epochs_csv(*run, trace::epoch_energies(*run), targets.epochs_csv); }),
  };
  for (const auto& step : steps)
    if (!step) return propagate(step.error());
  return written;
}

}  // namespace joulecast::session
