// Secrets that are known by their own form or place. Internal to without_secrets().
#pragma once

#include <string>

namespace joulecast {

/// Hides private keys, tokens of known kinds (hf_…), passwords of addresses (user:X@host) and what the
/// addresses of webhooks, bots and channels hold.
void hide_forms(std::string& text);

}  // namespace joulecast
