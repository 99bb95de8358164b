// Stands in for the folder postgres where PostgreSQL's library was not there when joulecast was built.
#include "store/postgres/postgres_store.hpp"

namespace joulecast::store::postgres {
namespace {

Failure refusal() {
  return fail(ErrorKind::invalid, "postgresql://…",
              "this joulecast was built without PostgreSQL; name an SQLite file");
}

}  // namespace

Status check_address(const std::string& /*url*/) {
  return refusal();
}

Result<std::unique_ptr<RunStore>> open_store(const std::string& /*url*/, Access /*access*/,
                                             OpenOptions /*options*/) {
  return refusal();
}

Result<std::unique_ptr<RunWriter>> record_in(const std::string& /*url*/, const trace::Run& /*header*/,
                                             OpenOptions /*options*/, WriterOptions /*writer*/) {
  return refusal();
}

}  // namespace joulecast::store::postgres
