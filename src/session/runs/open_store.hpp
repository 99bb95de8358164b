// The way of every use case to its store.
#pragma once

#include <memory>
#include <string>

#include "store/run_store.hpp"

namespace joulecast::session {

/// The store at a path or address; the user's own (store::default_url) where the text is empty.
[[nodiscard]] Result<std::unique_ptr<store::RunStore>> open_store(const std::string& url,
                                                                  store::Access access);

/// The run that is meant. invalid where there is none, or where several ids begin so.
[[nodiscard]] Result<store::RunChoice> choose_run(const std::string& store_url, const std::string& reference);

}  // namespace joulecast::session
