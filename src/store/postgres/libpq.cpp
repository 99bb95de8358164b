#include "store/postgres/libpq.hpp"

#include <dlfcn.h>

#include "base/no_fork.hpp"

namespace joulecast::store::postgres {
namespace {

constexpr const char* library_name = "libpq.so.5";

Result<Libpq> load() {
  const NoFork meanwhile;
  void* library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(ErrorKind::unavailable, "PostgreSQL", "{} is not installed (Debian: apt-get install libpq5)",
                library_name);
  Libpq found;
  const char* missing = nullptr;
  const auto look_up = [&](const char* name) {
    void* function = ::dlsym(library, name);
    if (function == nullptr) missing = name;
    return function;
  };
#define JOULECAST_LIBPQ(function) \
  found.function = reinterpret_cast<decltype(found.function)>(look_up(#function));
#include "store/postgres/libpq_functions.inc"
#undef JOULECAST_LIBPQ
  // Since libpq 14; without them each statement waits for its answer.
#define JOULECAST_LIBPQ(function) \
  found.function = reinterpret_cast<decltype(found.function)>(::dlsym(library, #function));
#include "store/postgres/libpq_newer_functions.inc"
#undef JOULECAST_LIBPQ
  if (found.PQexitPipelineMode == nullptr || found.PQpipelineSync == nullptr)
    found.PQenterPipelineMode = nullptr;
  if (missing != nullptr)
    return fail(ErrorKind::unavailable, "PostgreSQL", "{} has no {}; a newer one is needed", library_name,
                missing);
  return found;
}

}  // namespace

Result<const Libpq*> libpq() {
  static const auto loaded = load();  // stays loaded
  if (!loaded) return propagate(loaded.error());
  return &*loaded;
}

}  // namespace joulecast::store::postgres
