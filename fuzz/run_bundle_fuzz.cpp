// Arbitrary bytes as the files of a run bundle, separated by NUL: run.json, power.csv, epochs.csv, host.csv.
// A bundle that can be read must be written and read back as the same run.
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "formats/run_bundle.hpp"
#include "support/import_text.hpp"

namespace {

namespace fs = std::filesystem;
using joulecast::fuzzing::require;

const fs::path& folder() {
  static const fs::path path = fs::temp_directory_path() / ("joulecast-fuzz-" + std::to_string(::getpid()));
  return path;
}

void check_same(const joulecast::trace::Run& run, const joulecast::trace::Run& back) {
  require(run.info.extra_json == back.info.extra_json);
  require(run.epochs.size() == back.epochs.size());
  require(run.traces.size() == back.traces.size());
  require(run.span == back.span);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  static constexpr std::array names{"run.json", "power.csv", "epochs.csv", "host.csv"};
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  fs::remove_all(folder());
  fs::create_directories(folder() / "in");
  for (const auto* name : names) {
    const auto end = rest.find('\0');
    if (!rest.empty()) require(write_file(folder() / "in" / name, rest.substr(0, end)).has_value());
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  (void)formats::read_run_bundle(folder() / "in");
  formats::Damage damage(false);
  formats::BundleNotes notes;
  if (const auto run = formats::read_run_bundle(folder() / "in", damage, notes)) {
    fuzzing::check_run(*run);
    require(formats::write_run_bundle(*run, folder() / "out").has_value());
    const auto back = formats::read_run_bundle(folder() / "out");
    require(back.has_value());
    check_same(*run, *back);
  }
  fs::remove_all(folder());
  return 0;
}
