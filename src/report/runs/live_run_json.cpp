#include "report/runs/live_run_json.hpp"

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/runs/run_list.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) {
  return printable_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json moment(const std::optional<WallTime>& time) {
  return time ? Json(to_iso8601(*time)) : Json(nullptr);
}

Json json_of(const std::optional<trace::Projection>& projection) {
  if (!projection) return nullptr;
  return {{"share", or_null(projection->share)},
          {"total_j", or_null(projection->total)},
          {"low_j", or_null(projection->low)},
          {"high_j", or_null(projection->high)},
          {"ready", projection->ready}};
}

Json json_of(const std::vector<session::EnergySum>& sums) {
  auto list = Json::array();
  for (const auto& sum : sums)
    list.push_back({{"name", or_null(sum.name)},
                    {"runs", sum.runs},
                    {"running", sum.running},
                    {"energy_j", or_null(sum.energy)},
                    {"without_energy", sum.without_energy}});
  return list;
}

}  // namespace

Json to_json(const session::RunningRun& run) {
  auto components = Json::array();
  for (const auto& part : run.components)
    components.push_back({{"component", std::string(name_of(part.component))},
                          {"energy_j", or_null(part.energy)},
                          {"power_w", or_null(part.power)}});
  return {{"id", run.id},
          {"name", run.name},
          {"status", "running"},
          {"host", or_null(run.host)},
          {"tags", run.tags},
          {"started", moment(run.started)},
          {"measured_s", run.measured.value()},
          {"energy_j", or_null(run.energy)},
          {"power_w", or_null(run.power)},
          {"components", std::move(components)},
          {"epochs", run.epochs},
          {"work_is_done", run.work_is_done},
          {"projection", json_of(run.projection)},
          {"budget_j", or_null(run.budget)}};
}

Json to_json(const session::Fleet& fleet) {
  auto running = Json::array();
  for (const auto& run : fleet.running) running.push_back(to_json(run));
  auto tags = Json::object();
  for (const auto& [name, sums] : fleet.tags) tags[name] = json_of(sums);
  return {{"since", moment(fleet.since)},  {"until", moment(fleet.until)},
          {"running", std::move(running)}, {"hosts", json_of(fleet.hosts)},
          {"users", json_of(fleet.users)}, {"projects", json_of(fleet.projects)},
          {"tags", std::move(tags)}};
}

std::string to_json_text(const session::Fleet& fleet) {
  return json_text(to_json(fleet));
}

std::string event_json(const session::RunningRun& run) {
  return one_line(to_json(run));
}

std::string event_json(const store::RunRow& run) {
  return one_line(to_json(run));
}

std::string removed_json(const std::string& id) {
  return one_line({{"id", id}});
}

std::string trouble_json(const std::string& trouble) {
  return one_line({{"trouble", trouble}});
}

}  // namespace joulecast::report
