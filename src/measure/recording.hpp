// A run's way into the store. A store that fails never reaches the training: the loss is said, and a spare
// store tried.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sampling/channel_recorder.hpp"
#include "store/run_writer.hpp"

namespace joulecast::measure {

class Recording : public sampling::RecordSink {
 public:
  /// Opens the store at `path` (or the default one) and begins the run. Where that fails, a spare store in
  /// the temporary folder takes the run; where that fails too, nothing is kept, and trouble() says so.
  Recording(const std::optional<std::filesystem::path>& path, const trace::Run& header,
            const std::vector<trace::Channel>& channels);

  /// Channels that came later; their numbers go on from the last.
  void add(std::span<const trace::Channel> channels);
  void append(std::size_t channel, double time, double value) override;
  void gap(std::size_t channel, trace::Span span) override;

  /// nullptr where nothing can be kept.
  [[nodiscard]] store::RunWriter* writer() { return writer_ ? &*writer_ : nullptr; }
  /// Where the run is kept; empty where it is not.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string id() const { return writer_ ? writer_->id() : std::string(); }
  /// What went wrong so far, a line each; each is told once.
  [[nodiscard]] std::vector<std::string> take_trouble();

  void finish(trace::RunStatus status, std::optional<int> exit_status, Seconds end);

 private:
  bool begin(const std::filesystem::path& path, const trace::Run& header);

  std::optional<store::RunWriter> writer_;
  std::filesystem::path path_;
  std::vector<int> channel_numbers_;
  std::vector<std::string> trouble_;
  bool write_trouble_told_ = false;
};

}  // namespace joulecast::measure
