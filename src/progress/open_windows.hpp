// Evaluations, checkpoints, loading of data: time beside the training's own steps, from begin to end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::progress {

class OpenWindows {
 public:
  /// One that is open already, or more than anybody can want, are left as they are.
  void begin(const std::string& name, Seconds at);
  /// Nothing for one that is not open.
  void end(const std::string& name, Seconds at);
  void end_all(Seconds at);
  /// Those that ended since the last call.
  [[nodiscard]] std::vector<trace::Window> take_ended();

 private:
  std::map<std::string, Seconds> begun_;
  std::vector<trace::Window> ended_;
};

}  // namespace joulecast::progress
