// Where the standard streams of this process go while a command runs.
#pragma once

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"

namespace joulecast::lab {

/// While it exists, standard output and standard error go to a file, and there is nothing on standard input:
/// a campaign runs while nobody is there to answer.
class Redirection {
 public:
  [[nodiscard]] static Result<Redirection> to(const std::filesystem::path& file);
  Redirection(Redirection&&) noexcept = default;
  Redirection& operator=(Redirection&&) = delete;
  ~Redirection();

  /// Why nothing of it is kept: the disk has no room for the file. "" = it is.
  [[nodiscard]] const std::string& lost() const { return lost_; }

 private:
  Redirection() = default;
  Descriptor input_, output_, error_;
  std::string lost_;
};

}  // namespace joulecast::lab
