#include "store/documents.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_number.hpp"
#include "trace/fields.hpp"

namespace joulecast::store {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parse(std::string_view text) {
  return Json::parse(text, nullptr, false);
}

/// Writer and reader share one list of fields per document.
class Writer {
 public:
  void operator()(const char* key, const std::string& value) {
    if (!value.empty()) json_[key] = value;
  }
  void operator()(const char* key, double value) { json_[key] = value; }
  void operator()(const char* key, bool value) { json_[key] = value; }
  void operator()(const char* key, std::uint64_t value) { json_[key] = value; }
  void operator()(const char* key, std::int64_t value) { json_[key] = value; }
  template <class Number>
  void operator()(const char* key, const std::optional<Number>& value) {
    if (value) json_[key] = *value;
  }
  template <class T>
  void operator()(const char* key, const std::vector<T>& list) {
    if (!list.empty()) json_[key] = list;
  }
  void operator()(const char* key, const std::map<std::string, double>& numbers) {
    if (!numbers.empty()) json_[key] = numbers;
  }
  void operator()(const char* key, const std::optional<WallTime>& time) {
    if (time) json_[key] = time->ns;
  }
  void operator()(const char* key, const std::vector<trace::Segment>& segments) {
    auto list = Json::array();
    for (const auto& segment : segments) {
      Writer writer;
      visit_segment(segment, writer);
      writer("started_ns", segment.started);
      list.push_back(std::move(writer.json_));
    }
    if (!list.empty()) json_[key] = std::move(list);
  }
  template <class Tag>
  void operator()(const char* key, const Unit<Tag>& value) {
    if (value.value() != 0) json_[key] = value.value();
  }
  template <class Enum, class From>
  void operator()(const char* key, const Enum& value, From) {
    json_[key] = std::string(name_of(value));
  }
  /// An object in it, unless it is empty.
  void put(const char* key, const Writer& inner) {
    if (!inner.json_.empty()) json_[key] = inner.json_;
  }
  [[nodiscard]] std::string text() const { return dump(json_); }

 private:
  // From the start an object: a null that becomes one does not survive a lack of memory in between.
  Json json_ = Json::object();
};

class Reader {
 public:
  explicit Reader(std::string_view text) : json_(parse(text)) {}

  void operator()(const char* key, std::string& value) const {
    if (const auto* found = find(key); found != nullptr && found->is_string())
      value = found->get<std::string>();
  }
  void operator()(const char* key, bool& value) const {
    if (const auto* found = find(key); found != nullptr && found->is_boolean()) value = found->get<bool>();
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void operator()(const char* key, Number& value) const {
    std::optional<Number> read;
    (*this)(key, read);
    value = read.value_or(value);
  }
  template <class Number>
  void operator()(const char* key, std::optional<Number>& value) const {
    if (const auto* found = find(key); found != nullptr)
      if (const auto number = number_of<Number>(*found)) value = number;
  }
  void operator()(const char* key, std::vector<int>& list) const {
    for_each(key, [&](const Json& item) {
      if (const auto number = number_of<int>(item)) list.push_back(*number);
    });
  }
  void operator()(const char* key, std::vector<std::string>& list) const {
    for_each(key, [&](const Json& item) {
      if (item.is_string()) list.push_back(item.get<std::string>());
    });
  }
  void operator()(const char* key, std::optional<WallTime>& time) const {
    if (const auto* found = find(key); found != nullptr && found->is_number_integer())
      time = WallTime{found->get<std::int64_t>()};
  }
  void operator()(const char* key, std::vector<trace::Segment>& segments) const {
    for_each(key, [&](const Json& item) {
      const Reader reader(item);
      auto& segment = segments.emplace_back();
      visit_segment(segment, reader);
      reader("started_ns", segment.started);
    });
  }
  void operator()(const char* key, std::map<std::string, double>& numbers) const {
    const auto* found = find(key);
    if (found == nullptr || !found->is_object()) return;
    for (const auto& [name, value] : found->items())
      if (value.is_number()) numbers[name] = value.get<double>();
  }
  template <class Tag>
  void operator()(const char* key, Unit<Tag>& value) const {
    if (const auto* found = find(key); found != nullptr && found->is_number())
      value = Unit<Tag>{found->get<double>()};
  }
  /// Of an object in it; reads nothing where there is none.
  [[nodiscard]] Reader inner(const char* key) const {
    const auto* found = find(key);
    return Reader(found == nullptr ? Json() : *found);
  }
  template <class Enum, class From>
  void operator()(const char* key, Enum& value, From from) const {
    std::string name;
    (*this)(key, name);
    if (const auto known = from(name)) value = *known;
  }

 private:
  explicit Reader(Json json) : json_(std::move(json)) {}
  [[nodiscard]] const Json* find(const char* key) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }
  template <class Action>
  void for_each(const char* key, Action action) const {
    const auto* found = find(key);
    if (found == nullptr || !found->is_array()) return;
    for (const auto& item : *found) action(item);
  }
  Json json_;
};

/// All fields of RunInfo but its job: the ones that run bundles have under the same names, then the others.
template <class Visitor, class Info>
void visit_all_info(Visitor& field, Info& info) {
  visit_info(info, field);
  visit_training_extras(info.training, field);
  field("epoch_bounds_recorded", info.epoch_bounds_recorded);
  field("extra", info.extra_json);
  field("continues", info.continues);
  field("segments", info.segments);
}

template <class AnyOwner, class Visitor>
void visit_owner(AnyOwner& owner, Visitor& field) {
  field("hostname", owner.hostname);
  field("boot_id", owner.boot_id);
  field("pid_namespace", owner.pid_namespace);
  field("pid", owner.pid);
  field("start_ticks", owner.start_ticks);
  field("machine_id", owner.machine_id);
}

}  // namespace

std::string to_document(const trace::RunInfo& info) {
  Writer writer;
  visit_all_info(writer, info);
  Writer job;
  visit_job(info.job, job);
  writer.put("job", job);
  return writer.text();
}
std::string to_document(const trace::HostInfo& host) {
  Writer writer;
  visit_host(host, writer);
  return writer.text();
}
std::string to_document(const Place& place) {
  Writer writer;
  trace::visit_place(place, writer);
  return writer.text();
}
std::string to_document(const trace::Channel& channel) {
  Writer writer;
  visit_channel(channel, writer);
  return writer.text();
}
std::string to_document(const Owner& owner) {
  Writer writer;
  visit_owner(owner, writer);
  return writer.text();
}
std::string to_document(const std::vector<std::string>& list) {
  return dump(Json(list));
}
std::string to_document(const std::map<std::string, double>& numbers) {
  auto json = Json::object();
  for (const auto& [name, value] : numbers)
    json[name] = value;  // NaN is written as null, which is read as NaN
  return dump(json);
}

void from_document(std::string_view text, trace::RunInfo& info) {
  const Reader reader(text);
  visit_all_info(reader, info);
  visit_job(info.job, reader.inner("job"));
}
void from_document(std::string_view text, trace::HostInfo& host) {
  const Reader reader(text);
  visit_host(host, reader);
}
void from_document(std::string_view text, Place& place) {
  const Reader reader(text);
  trace::visit_place(place, reader);
}
void from_document(std::string_view text, trace::Channel& channel) {
  const Reader reader(text);
  visit_channel(channel, reader);
}
void from_document(std::string_view text, Owner& owner) {
  const Reader reader(text);
  visit_owner(owner, reader);
}
void from_document(std::string_view text, std::vector<std::string>& list) {
  const auto json = parse(text);
  if (!json.is_array()) return;
  for (const auto& item : json)
    if (item.is_string()) list.push_back(item.get<std::string>());
}
void from_document(std::string_view text, std::map<std::string, double>& numbers) {
  const auto json = parse(text);
  if (!json.is_object()) return;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number()) numbers[name] = value.get<double>();
    if (value.is_null()) numbers[name] = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace joulecast::store
