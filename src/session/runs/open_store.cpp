#include "session/runs/open_store.hpp"

#include <utility>

namespace joulecast::session {

Result<std::unique_ptr<store::RunStore>> open_store(const std::string& url, store::Access access,
                                                    store::OpenOptions options) {
  if (!url.empty()) return store::RunStore::open(url, access, std::move(options));
  const auto usual = store::default_url();
  if (!usual) return propagate(usual.error());
  return store::RunStore::open(*usual, access, std::move(options));
}

Result<store::RunChoice> choose_run(const std::string& store_url, const std::string& reference) {
  const auto store = open_store(store_url, store::Access::read);
  if (!store) return propagate(store.error());
  return (*store)->resolve(reference);
}

}  // namespace joulecast::session
