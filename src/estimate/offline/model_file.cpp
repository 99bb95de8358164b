#include "estimate/offline/model_file.hpp"

#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/json_depth.hpp"
#include "base/roots.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/shipped_file.hpp"

namespace joulecast::estimate {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view format_name = "joulecast offline model";

Json measured_json(const std::vector<MeasuredGroup>& groups) {
  auto list = Json::array();
  for (const auto& g : groups)
    list.push_back({{"source", g.source},
                    {"framework", g.framework},
                    {"dataset", g.dataset},
                    {"architecture", g.architecture},
                    {"gpu", g.gpu},
                    {"configurations", g.configurations},
                    {"batch", {g.batch_low, g.batch_high}},
                    {"gmacs", rounded(g.gmacs)},
                    {"fp32_tflops", g.fp32_tflops},
                    {"epochs", g.epochs}});
  return list;
}

Result<MeasuredGroup> measured_from(const Json& json) {
  JsonReader reader(json, "measured");
  MeasuredGroup group{reader.text("source"),
                      reader.text("framework"),
                      reader.text("dataset"),
                      reader.text("architecture"),
                      reader.text("gpu"),
                      reader.count("configurations"),
                      0,
                      0,
                      reader.number("gmacs"),
                      reader.number("fp32_tflops"),
                      reader.member("epochs") != Json(false)};
  const auto batch = reader.numbers("batch");
  if (reader.error()) return propagate(*reader.error());
  if (batch.size() != 2) return fail(ErrorKind::malformed, "measured", "'batch' is not two numbers");
  group.batch_low = batch[0];
  group.batch_high = batch[1];
  return group;
}

Result<FittedMethod> method_from(const std::string& name, const Json& json) {
  const auto* method = find_offline_method(name);
  if (!method) return fail(ErrorKind::malformed, name, "is no method of this version");
  JsonReader reader(json, name);
  auto model = method->load(reader.member("model"));
  if (!model) return propagate(model.error());
  FittedMethod fitted{method, std::move(*model), {}};
  const auto& calibration = reader.member("calibration");
  if (!calibration.is_object()) return fitted;
  JsonReader targets(calibration, name + " calibration");
  for (const auto target : all_targets) {
    // files from before there were speeds have none
    if (target == Target::step_time && targets.member(name_of(target)).is_null()) continue;
    auto read = IntervalFactors::from_json(targets.member(name_of(target)));
    if (!read) return propagate(read.error());
    fitted.calibration[static_cast<std::size_t>(target)] = std::move(*read);
  }
  return fitted;
}

/// Reads a list by calling a function for each item.
template <class T, class Read>
Status read_list(const Json& list, std::string_view name, std::vector<T>& into, const Read& read) {
  if (!list.is_array()) return fail(ErrorKind::malformed, std::string(name), "is not a list");
  for (const auto& item : list) {
    Result<T> value = read(item);
    if (!value) return propagate(value.error());
    into.push_back(std::move(*value));
  }
  return {};
}

Status read_members(JsonReader& reader, ModelFile& model) {
  auto ok = read_list(reader.member("sources"), "sources", model.sources,
                      [](const Json& item) -> Result<SourceNote> {
                        JsonReader source(item, "sources");
                        SourceNote note{source.text("name"), source.text("note")};
                        if (source.error()) return propagate(*source.error());
                        return note;
                      });
  if (!ok) return ok;
  ok = read_list(reader.member("ranges"), "ranges", model.ranges,
                 [](const Json& item) -> Result<TrainingRange> {
                   JsonReader range(item, "ranges");
                   TrainingRange read{range.text("feature"), range.number("low"), range.number("high")};
                   if (range.error()) return propagate(*range.error());
                   return read;
                 });
  if (!ok) return ok;
  ok = read_list(reader.member("scores"), "scores", model.scores,
                 [](const Json& item) -> Result<ModelFile::HeldOutScore> {
                   JsonReader score(item, "scores");
                   ModelFile::HeldOutScore read{score.text("split"),      score.text("method"),
                                                score.text("target"),     score.number("median_ape"),
                                                score.number("mean_ape"), {}};
                   if (!score.member("coverage").is_null()) read.coverage = score.number("coverage");
                   if (score.error()) return propagate(*score.error());
                   return read;
                 });
  if (!ok) return ok;
  ok = read_list(reader.member("measured"), "measured", model.measured, measured_from);
  if (!ok) return ok;
  const auto& methods = reader.member("methods");
  if (!methods.is_object()) return fail(ErrorKind::malformed, "methods", "is not an object");
  for (const auto& [name, value] : methods.items()) {
    auto method = method_from(name, value);
    if (!method) return propagate(method.error());
    model.methods.push_back(std::move(*method));
  }
  return {};
}

}  // namespace

const FittedMethod* ModelFile::find(std::string_view name) const {
  for (const auto& fitted : methods)
    if (fitted.method->name == name) return &fitted;
  return nullptr;
}

Json to_json(const ModelFile& model) {
  Json json{{"format", format_name},
            {"version", model_file_version},
            {"created", model.created},
            {"rows", model.rows}};
  json["sources"] = Json::array();
  for (const auto& source : model.sources)
    json["sources"].push_back({{"name", source.name}, {"note", source.note}});
  json["ranges"] = Json::array();
  for (const auto& range : model.ranges)
    json["ranges"].push_back(
        {{"feature", range.feature}, {"low", rounded(range.low)}, {"high", rounded(range.high)}});
  json["scores"] = Json::array();
  for (const auto& score : model.scores)
    json["scores"].push_back({{"split", score.split},
                              {"method", score.method},
                              {"target", score.target},
                              {"median_ape", rounded(score.median_ape)},
                              {"mean_ape", rounded(score.mean_ape)},
                              {"coverage", score.coverage ? Json(rounded(*score.coverage)) : Json(nullptr)}});
  json["measured"] = measured_json(model.measured);
  json["methods"] = Json::object();
  for (const auto& fitted : model.methods) {
    auto& entry = json["methods"][std::string(fitted.method->name)];
    for (const auto target : all_targets)
      entry["calibration"][std::string(name_of(target))] =
          fitted.calibration[static_cast<std::size_t>(target)].to_json();
    entry["model"] = fitted.model->to_json();
  }
  return json;
}

Result<ModelFile> model_from_json(const Json& json, const std::string& where) {
  JsonReader reader(json, where);
  if (!json.is_object() || reader.member("format") != format_name)
    return fail(ErrorKind::malformed, where, "is not a joulecast model file");
  if (reader.member("version") != model_file_version)
    return fail(ErrorKind::malformed, where,
                "is a model file of version {}, this program reads version {}; fit it again",
                reader.member("version").dump(), model_file_version);
  ModelFile model;
  model.created = reader.text("created");
  model.rows = static_cast<std::size_t>(reader.count("rows"));
  if (reader.error()) return propagate(*reader.error());
  if (auto ok = read_members(reader, model); !ok)
    return fail(ErrorKind::malformed, where, "{}", to_string(ok.error()));
  return model;
}

Result<ModelFile> read_model(const std::filesystem::path& file) {
  auto text = read_shipped_file(file);
  if (!text) return propagate(text.error());
  if (json_is_deeper(*text))
    return fail(ErrorKind::malformed, file.string(), "nests deeper than {} levels", deepest_json);
  const auto json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return fail(ErrorKind::malformed, file.string(), "is not JSON");
  return model_from_json(json, file.string());
}

Status write_model(const ModelFile& model, const std::filesystem::path& file) {
  return write_file(file, readable_text(to_json(model)));
}

std::filesystem::path default_model_path() {
  return share_directory() / "models" / "default.json";
}

}  // namespace joulecast::estimate
