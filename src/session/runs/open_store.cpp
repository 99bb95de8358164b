#include "session/runs/open_store.hpp"

#include <utility>

#include "session/runs/joined_store.hpp"
#include "store/node_files.hpp"

namespace joulecast::session {

Result<std::unique_ptr<store::RunStore>> open_store(const std::string& url, store::Access access,
                                                    store::OpenOptions options) {
  auto address = url.empty() ? store::default_url() : Result<std::string>(url);
  if (!address) return propagate(address.error());
  auto runs = store::open_with_node_files(*address, access, std::move(options));
  if (!runs) return propagate(runs.error());
  return joined_store(std::move(*runs));
}

Result<store::RunChoice> choose_run(const std::string& store_url, const std::string& reference) {
  const auto store = open_store(store_url, store::Access::read);
  if (!store) return propagate(store.error());
  return (*store)->resolve(reference);
}

}  // namespace joulecast::session
