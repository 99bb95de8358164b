#include "sensors/support/dynamic_library.hpp"

#include <dlfcn.h>

#include "base/no_fork.hpp"

namespace joulecast::sensors {

void DynamicLibrary::Close::operator()(void* handle) const {
  const NoFork meanwhile;
  ::dlclose(handle);
}

Result<DynamicLibrary> DynamicLibrary::open(const std::string& name) {
  const NoFork meanwhile;
  if (void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return DynamicLibrary(handle);
  const char* told = ::dlerror();
  std::string_view reason = told != nullptr ? told : "cannot be loaded";
  if (reason.starts_with(name + ": ")) reason.remove_prefix(name.size() + 2);
  return fail(ErrorKind::unavailable, name, "{}", reason);
}

void* DynamicLibrary::address(const char* symbol) const {
  return ::dlsym(handle_.get(), symbol);
}

}  // namespace joulecast::sensors
