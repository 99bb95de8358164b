// A store in a PostgreSQL database. Internal to the store.
#pragma once

#include "store/run_store.hpp"

namespace joulecast::store::postgres {

[[nodiscard]] Error not_understood();

/// invalid if it is not an address that PostgreSQL's library understands. Looks at no server.
[[nodiscard]] Status check_address(const std::string& url);

/// See RunStore::open. Waits for the server, at most for the time-out of a connection.
[[nodiscard]] Result<std::unique_ptr<RunStore>> open_store(const std::string& url, Access access,
                                                           OpenOptions options);
/// See RunStore::record_in. Does not wait for the server.
[[nodiscard]] Result<std::unique_ptr<RunWriter>> record_in(const std::string& url, const trace::Run& header,
                                                           OpenOptions options, WriterOptions writer);

}  // namespace joulecast::store::postgres
