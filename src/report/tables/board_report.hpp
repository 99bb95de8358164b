// The board as a document (text, Markdown, LaTeX, a page), JSON and CSV. docs/board.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/document/document.hpp"
#include "session/tables/board.hpp"

namespace joulecast::report {

/// One table over all tasks first, then each task with its intervals and a picture.
[[nodiscard]] Document to_document(const session::Board& board);
[[nodiscard]] nlohmann::ordered_json to_json(const session::Board& board);
[[nodiscard]] std::string to_json_text(const session::Board& board);
[[nodiscard]] std::string to_csv(const session::Board& board);  ///< one row per task and alternative

/// "accuracy of 0.9 on mnli"; "loss of 0.3 or below".
[[nodiscard]] std::string target_text(const session::BoardTask& task);

}  // namespace joulecast::report
