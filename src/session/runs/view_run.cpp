#include "session/runs/view_run.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/text_table.hpp"

namespace joulecast::session {
namespace {

using Json = nlohmann::ordered_json;

Place merge(Place own, const Place& given) {
  const bool elsewhere = !given.country.empty() || !given.cloud_region.empty() || given.intensity_g_per_kwh;
  const auto pue = given.pue ? given.pue : own.pue;
  if (elsewhere) own = given;
  own.pue = pue;
  return own;
}

/// "2026-02-01 13:45", in UTC as the id.
std::string day_and_minute(WallTime time) {
  auto text = to_iso8601(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string energy_cell(const store::RunRow& run) {
  if (!run.energy) return "unknown";
  return to_text(*run.energy);
}

std::string provenance_cell(const store::RunRow& run) {
  if (!run.energy) return "";
  std::string text(name_of(run.provenance));
  if (!run.missing.empty()) text += fmt::format(", without {}", fmt::join(run.missing, ", "));
  return text;
}

}  // namespace

Result<store::Store> open_store(const std::string& path, store::Access access) {
  if (!path.empty()) return store::Store::open(path, access);
  const auto usual = store::default_path();
  if (!usual) return propagate(usual.error());
  return store::Store::open(*usual, access);
}

Result<report::RunReport> view_run(const store::Store& store, const std::string& reference,
                                   const Place& place) {
  if (auto status = carbon::check(place); !status) return propagate(status.error());
  auto run = store.load_summary(reference);
  if (!run) return propagate(run.error());
  const auto request = merge(report::request_of(run->place), place);
  return report::make_run_report(std::move(*run), request, carbon::IntensityTable::read());
}

std::string list_text(const std::vector<store::RunRow>& runs) {
  if (runs.empty()) return "No run has been stored here yet: joulecast run -- python train.py\n";
  using report::Align;
  constexpr std::size_t longest_name = 28;
  report::TextTable table({Align::left, Align::left, Align::left, Align::left, Align::right, Align::right,
                           Align::right, Align::left},
                          "");
  table.add({"id", "name", "status", "started (UTC)", "duration", "epochs", "energy", ""});
  for (const auto& run : runs)
    table.add({run.id, report::shorten(run.name, longest_name), std::string(name_of(run.status)),
               run.started ? day_and_minute(*run.started) : "", to_text(run.duration),
               run.epochs > 0 ? std::to_string(run.epochs) : "", energy_cell(run), provenance_cell(run)});
  return table.text();
}

nlohmann::ordered_json list_json(const std::vector<store::RunRow>& runs) {
  auto list = Json::array();
  for (const auto& run : runs)
    list.push_back({{"id", run.id},
                    {"name", run.name},
                    {"status", std::string(name_of(run.status))},
                    {"exit_status", run.exit_status ? Json(*run.exit_status) : Json(nullptr)},
                    {"started", run.started ? Json(to_iso8601(*run.started)) : Json(nullptr)},
                    {"duration_s", run.duration.value()},
                    {"energy_j", run.energy ? Json(run.energy->value()) : Json(nullptr)},
                    {"provenance", std::string(name_of(run.provenance))},
                    {"missing", run.missing},
                    {"epochs", run.epochs},
                    {"architecture", run.architecture},
                    {"command", run.command},
                    {"tags", run.tags}});
  return {{"runs", std::move(list)}};
}

Result<std::map<std::string, std::string>> parse_tags(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> tags;
  for (const auto& text : texts) {
    const auto at = text.find('=');
    if (at == std::string::npos || trim(text.substr(0, at)).empty())
      return fail(ErrorKind::invalid, text, "a tag is written key=value; key= takes it away");
    tags[std::string(trim(std::string_view(text).substr(0, at)))] = text.substr(at + 1);
  }
  return tags;
}

}  // namespace joulecast::session
