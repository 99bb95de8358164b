// What the server answers beside the results that have encoders of their own. data/api/openapi.yaml describes
// the keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/forecast/predict_training.hpp"
#include "session/machine/describe_network.hpp"
#include "session/runs/run_summary.hpp"
#include "session/tables/chosen_runs.hpp"

namespace joulecast::report {

/// A refusal as RFC 9457 has it. `field` is the parameter that is wrong; "" = null.
[[nodiscard]] std::string problem_json_text(int status, std::string_view title, std::string_view detail,
                                            std::string_view field);

struct ServerFacts {
  std::string host;   ///< name of the machine
  std::string store;  ///< where the runs are kept
  bool has_page = false;
  bool needs_token = false;
};
[[nodiscard]] std::string to_json_text(const ServerFacts& server);

[[nodiscard]] std::string models_json_text(const session::NetworkNames& networks);
/// The columns that comparisons may name.
[[nodiscard]] std::string columns_json_text(const session::ChosenRuns& runs);

// Parts of a run's JSON (run_json.hpp).
[[nodiscard]] std::string phases_json_text(const session::RunSummary& summary);
[[nodiscard]] std::string windows_json_text(const session::RunSummary& summary);

/// Of predictions, with the front: session::front_of().
[[nodiscard]] std::string json_text_with_front(const session::PredictionResult& result);

/// The token in {"token": "…"}; nothing for anything else.
[[nodiscard]] std::optional<std::string> token_from_json(std::string_view text);

}  // namespace joulecast::report
