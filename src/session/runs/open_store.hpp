// Opens the store for a use case.
#pragma once

#include <memory>
#include <string>

#include "store/run_store.hpp"

namespace joulecast::session {

/// Opens the store at a path or address, or the user's own (store::default_url) if the text is empty. Each
/// training in it is one run (joined_store.hpp).
[[nodiscard]] Result<std::unique_ptr<store::RunStore>> open_store(const std::string& url,
                                                                  store::Access access,
                                                                  store::OpenOptions options = {});

/// Finds the run that the reference means. invalid if there is none, or if several ids begin with it.
[[nodiscard]] Result<store::RunChoice> choose_run(const std::string& store_url, const std::string& reference);

}  // namespace joulecast::session
