#include "run/program_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace joulecast::run {

std::string find_program(const std::string& name) {
  const auto can_run = [](const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) return can_run(name) ? name : "";
  const char* const path = ::getenv("PATH");
  if (path == nullptr) return {};
  for (const auto folder : split(path, ':'))
    if (auto file = (folder.empty() ? "." : std::string(folder)) + "/" + name; can_run(file)) return file;
  return {};
}

bool looks_binary(const std::string& file) {
  if (file.empty()) return false;
  constexpr std::size_t enough = 80;
  std::string beginning(enough, '\0');
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto got = opened ? ::read(opened.get(), beginning.data(), beginning.size()) : -1;
  beginning.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return beginning.starts_with("\177ELF") || beginning.find('\0') < beginning.find('\n');
}

std::string interpreter_of(const std::string& script) {
  constexpr std::size_t longest = 256;  // as in the kernel
  const Descriptor file(::open(script.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string line(longest, '\0');
  const auto got = file ? ::read(file.get(), line.data(), line.size()) : -1;
  line.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (!line.starts_with("#!")) return {};
  const auto begin = std::min(line.find_first_not_of(" \t", 2), line.size());
  return line.substr(begin, line.find_first_of(" \t\r\n", begin) - begin);
}

}  // namespace joulecast::run
