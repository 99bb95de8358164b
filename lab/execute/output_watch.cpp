#include "lab/execute/output_watch.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <array>

#include "base/text.hpp"

namespace joulecast::lab {
namespace {

/// PyTorch (CUDA, HIP, MPS, CPU), TensorFlow, JAX/XLA, the CUDA libraries, Python, NumPy, C++, the C library,
/// Slurm and cgroups.
constexpr std::array usual_out_of_memory{
    R"((CUDA|HIP|MPS backend|XPU)( error:)? out of memory)",
    R"(\b(torch\.(cuda\.)?)?OutOfMemoryError\b)",
    R"((CUDA|HIP)_ERROR_(OUT_OF_MEMORY|OutOfMemory)|cudaErrorMemoryAllocation|hipErrorOutOfMemory)",
    R"((CUBLAS|CUDNN|HIPBLAS|CUSPARSE|CUSOLVER)_STATUS_ALLOC_FAILED)",
    R"(OOM when allocating|ResourceExhaustedError)",
    R"(RESOURCE_EXHAUSTED:.*([Oo]ut of memory|allocat))",
    R"(DefaultCPUAllocator: (can't allocate|not enough) memory)",
    R"(^(numpy\S*)?_?(Array)?MemoryError\b)",
    R"(Unable to allocate [0-9.]+ .iB for an array)",
    R"(std::bad_alloc)",
    R"(Cannot allocate memory)",
    R"(oom[-_]kill|cgroup out-of-memory)",
};
constexpr std::array usual_disk_full{
    R"(No space left on device|\bENOSPC\b)",
    R"(Disk quota exceeded|\bEDQUOT\b)",
};

/// Longer lines are looked at in parts: a progress bar may go on for ever without a line's end.
constexpr std::size_t longest_line = 16 << 10;
constexpr std::size_t longest_sign = 200;

}  // namespace

struct OutputWatch::Patterns {
  struct Sign {
    std::unique_ptr<RE2> pattern;
    std::string* found;
  };
  struct Figure {
    std::string name;
    std::unique_ptr<RE2> pattern;
  };
  std::vector<Sign> signs;
  /// All of them at once, since hardly any line has one.
  RE2::Set any_sign{RE2::Quiet, RE2::UNANCHORED};
  std::vector<Figure> figures;

  void add_sign(const std::string& pattern, std::string& found) {
    auto compiled = std::make_unique<RE2>(pattern, RE2::Quiet);
    if (!compiled->ok()) return;  // the plan's own were checked when it was read
    any_sign.Add(pattern, nullptr);
    signs.push_back({std::move(compiled), &found});
  }
  template <class Usual>
  void add_signs(const FailureSigns& given, const Usual& usual, std::string& found) {
    for (const auto& pattern : given.output) add_sign(pattern, found);
    if (!given.usual) return;
    for (const auto* pattern : usual) add_sign(pattern, found);
  }
};

OutputWatch::OutputWatch(const Plan& plan) : patterns_(std::make_unique<Patterns>()) {
  patterns_->add_signs(plan.out_of_memory, usual_out_of_memory, out_of_memory_);
  patterns_->add_signs(plan.disk_full, usual_disk_full, disk_full_);
  patterns_->any_sign.Compile();
  for (const auto& metric : plan.metrics)
    if (!metric.regex.empty())
      patterns_->figures.push_back({metric.name, std::make_unique<RE2>(metric.regex, RE2::Quiet)});
}

OutputWatch::~OutputWatch() = default;

void OutputWatch::hear(int stream, std::string_view bytes) {
  auto& unfinished = unfinished_[stream == 0 ? 0 : 1];
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\r\n");
    unfinished.append(bytes.substr(0, end));
    if (end != std::string_view::npos || unfinished.size() >= longest_line) {
      take(unfinished);
      unfinished.clear();
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
  }
}

void OutputWatch::finish() {
  for (auto& line : unfinished_) {
    take(line);
    line.clear();
  }
}

void OutputWatch::take(std::string_view line) {
  if (line.empty()) return;
  for (const auto& [name, pattern] : patterns_->figures) {
    std::string value;
    if (!RE2::PartialMatch(line, *pattern, &value)) continue;
    if (const auto number = parse_double(trim(value))) metrics_[name] = *number;
  }
  std::vector<int> matching;
  if (patterns_->signs.empty() || !patterns_->any_sign.Match(line, &matching)) return;
  for (const int i : matching)
    if (auto& found = *patterns_->signs[static_cast<std::size_t>(i)].found; found.empty())
      found = trim(line).substr(0, longest_sign);
}

}  // namespace joulecast::lab
