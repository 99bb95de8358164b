// Reads along a run's output: signs that memory or disk ran out, and figures of the run.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// For one run. Each call comes from one thread at a time.
class OutputWatch {
 public:
  explicit OutputWatch(const Plan& plan);
  ~OutputWatch();
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;

  /// `stream`: 0 or 1. Lines may come in pieces.
  void hear(int stream, std::string_view bytes);
  /// Takes what is left of unfinished lines.
  void finish();

  /// The part of the output that says so; "" if nothing does.
  [[nodiscard]] const std::string& out_of_memory() const { return out_of_memory_; }
  [[nodiscard]] const std::string& disk_full() const { return disk_full_; }
  /// The last value of each metric that the plan reads from the output.
  [[nodiscard]] const std::map<std::string, double>& metrics() const { return metrics_; }

 private:
  struct Patterns;
  void take(std::string_view line);
  std::unique_ptr<Patterns> patterns_;
  std::array<std::string, 2> unfinished_;
  std::string out_of_memory_, disk_full_;
  std::map<std::string, double> metrics_;
};

}  // namespace joulecast::lab
