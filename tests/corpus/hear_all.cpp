// hear_all: what is heard in every recorded log, as a JSON list. tests/formats_table_test.py makes the table
// of docs/progress.md from it.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "corpus/hearing.hpp"
#include "progress/format.hpp"

namespace {

using namespace joulecast;
using Json = nlohmann::json;

Json row_of(const std::string& folder, const std::string& file) {
  const auto hearing = corpus::hear(folder, file);
  Json row{{"log", std::filesystem::path(folder).filename().string()}, {"file", file}};
  row["phases"] = hearing.run.phases.size();
  row["epochs"] = hearing.run.epochs.size();
  row["advances"] = hearing.run.progress.size();
  const bool counted = !hearing.run.phases.empty();
  row["unit"] = counted ? hearing.run.phases.front().unit : "";
  row["total"] = counted && hearing.run.phases.front().total_work.has_value();
  std::set<std::string> metrics;
  for (const auto& point : hearing.run.metrics) metrics.insert(point.name);
  row["metrics"] = metrics;
  row["first_projection"] = hearing.first_projection ? Json(*hearing.first_projection) : Json();
  return row;
}

}  // namespace

int main() {
  Json formats = Json::array();
  for (const auto* type : progress::all_formats())
    formats.push_back({{"name", type->name},
                       {"covers", type->covers},
                       {"evidence", type->evidence == progress::Evidence::guessed ? "guessed" : "stated"}});
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(JOULECAST_FIXTURES "/logs"))
    if (std::filesystem::exists(entry.path() / "output.log")) folders.push_back(entry.path());
  std::ranges::sort(folders);
  Json logs = Json::array();
  for (const auto& folder : folders)
    for (const char* file : {"output.log", "terminal.log"})
      if (std::filesystem::exists(folder / file)) logs.push_back(row_of(folder.string(), file));
  std::cout << Json{{"formats", formats}, {"logs", logs}}.dump() << "\n";
}
