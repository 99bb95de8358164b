// A vendor's library, loaded when it is there.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

namespace joulecast::sensors {

class DynamicLibrary {
 public:
  /// unavailable where the linker does not find it.
  [[nodiscard]] static Result<DynamicLibrary> open(const std::string& name);
  /// Sets a function pointer, or nullptr if the library is too old to have the function.
  template <class Function>
  void bind(Function*& function, const char* symbol) const {
    function = reinterpret_cast<Function*>(address(symbol));
  }

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  explicit DynamicLibrary(void* handle) : handle_(handle) {}
  [[nodiscard]] void* address(const char* symbol) const;
  std::unique_ptr<void, Close> handle_;
};

}  // namespace joulecast::sensors
