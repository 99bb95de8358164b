// Descriptions that are stored as JSON text, each in one column, so that new keys need no new schema.
// Internal to the store. Keys that are missing or have the wrong type are read as unknown.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/liveness.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

[[nodiscard]] std::string to_document(const trace::RunInfo& info);
[[nodiscard]] std::string to_document(const trace::HostInfo& host);
[[nodiscard]] std::string to_document(const Place& place);
[[nodiscard]] std::string to_document(const trace::Channel& channel);
[[nodiscard]] std::string to_document(const Owner& owner);
[[nodiscard]] std::string to_document(const std::vector<std::string>& list);
[[nodiscard]] std::string to_document(const std::map<std::string, double>& numbers);

void from_document(std::string_view text, trace::RunInfo& info);
void from_document(std::string_view text, trace::HostInfo& host);
void from_document(std::string_view text, Place& place);
void from_document(std::string_view text, trace::Channel& channel);
void from_document(std::string_view text, Owner& owner);
void from_document(std::string_view text, std::vector<std::string>& list);
void from_document(std::string_view text, std::map<std::string, double>& numbers);

}  // namespace joulecast::store
