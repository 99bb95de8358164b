// A network's layers, totals and training cost, as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/machine/describe_network.hpp"

namespace joulecast::report {

/// `layers`: list every layer, not only the totals.
[[nodiscard]] std::string to_text(const session::NetworkDescription& description, bool layers = true);
[[nodiscard]] nlohmann::ordered_json to_json(const session::NetworkDescription& description,
                                             bool layers = true);
[[nodiscard]] std::string to_json_text(const session::NetworkDescription& description, bool layers = true);

/// One name per line.
[[nodiscard]] std::string to_text(const session::NetworkNames& names);
[[nodiscard]] nlohmann::ordered_json to_json(const session::NetworkNames& names);
[[nodiscard]] std::string to_json_text(const session::NetworkNames& names);

}  // namespace joulecast::report
