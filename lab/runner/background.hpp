// A command that runs beside: to warm a machine up.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace joulecast::lab {

struct BackgroundCommand {
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> variables;  ///< added to this process's
  std::filesystem::path folder;
  std::filesystem::path log;  ///< what it writes is appended here
};

/// A process group of its own, which is ended with this object.
class Background {
 public:
  [[nodiscard]] static Result<Background> start(const BackgroundCommand& command);
  Background(Background&& other) noexcept : group_(std::exchange(other.group_, -1)) {}
  Background& operator=(Background&&) = delete;
  ~Background();

  /// Whether the command has ended. `status` is then its wait status.
  [[nodiscard]] bool has_ended(int& status);

 private:
  explicit Background(pid_t group) : group_(group) {}
  pid_t group_ = -1;
};

}  // namespace joulecast::lab
