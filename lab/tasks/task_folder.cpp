#include "lab/tasks/task_folder.hpp"

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::lab {
namespace fs = std::filesystem;

TaskFolder::TaskFolder(const fs::path& plan) : root_(plan) {
  root_.replace_extension(".tasks");
}

Status TaskFolder::make() const {
  for (const auto& folder : {results(), root_ / "stores", logs()}) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail(ErrorKind::denied, folder, "cannot be made: {}", error.message());
  }
  return {};
}

fs::path TaskFolder::result_of(const RunPlace& place) const {
  return results() / (name_of(place) + ".json");
}

fs::path TaskFolder::store_of(const RunPlace& place) const {
  return root_ / "stores" / (name_of(place) + ".db");
}

std::string name_of(const RunPlace& place) {
  return fmt::format("{}-{}-{}", place.cell, place.repetition, place.attempt);
}

std::string to_list(const std::vector<RunPlace>& places) {
  std::string text;
  for (const auto& place : places)
    text += fmt::format("{} {} {}\n", place.cell, place.repetition, place.attempt);
  return text;
}

Result<std::vector<RunPlace>> read_list(const fs::path& file) {
  const auto text = read_file(file);
  if (!text) return propagate(text.error());
  std::vector<RunPlace> places;
  std::size_t number = 0;
  for (const auto line : split(*text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const auto words = split(trim(line), ' ');
    constexpr std::int64_t most = 1'000'000'000;
    const auto repetition = words.size() == 3 ? parse_int(words[1]) : std::nullopt;
    const auto attempt = words.size() == 3 ? parse_int(words[2]) : std::nullopt;
    if (!repetition || !attempt || *repetition < 1 || *attempt < 1 || *repetition > most || *attempt > most)
      return fail(ErrorKind::malformed, fmt::format("{}:{}", file.string(), number),
                  "is no task: cell, repetition and attempt");
    places.push_back(
        {Role::cell, std::string(words[0]), static_cast<int>(*repetition), static_cast<int>(*attempt)});
  }
  return places;
}

}  // namespace joulecast::lab
