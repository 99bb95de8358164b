// A run's way into the store. A store that fails never reaches the training: the loss is said, and a spare
// store tried.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/run_writer.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::measure {

class Recording final : public trace::RunSink {
 public:
  /// Opens the store at `path` (or the default one) and begins the run. Where that fails, a spare store in
  /// the temporary folder takes the run; where that fails too, nothing is kept, and trouble() says so.
  Recording(const std::optional<std::filesystem::path>& path, const trace::Run& header,
            const std::vector<trace::Channel>& channels);

  /// Channels that came later; their numbers go on from the last.
  void add(std::span<const trace::Channel> channels);

  using RunSink::append;
  /// The constructor has begun the run.
  void begin(const trace::Run&) override {}
  void channel(const trace::Channel& channel) override;
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override;
  void gap(std::size_t channel, trace::Span span) override;
  void epoch(std::size_t place, const trace::Epoch& epoch) override;
  void metric(const trace::MetricPoint& point) override;
  void projection(const trace::Projection& projection) override;
  void note(const std::string& text) override;
  void describe(const trace::Run& header) override;
  /// Where the run could not be wholly stored, take_trouble() says so too.
  [[nodiscard]] Status end(const trace::Run& header) override;
  [[nodiscard]] Status status() const override { return writer_ ? writer_->status() : Status{}; }

  /// nullptr where nothing can be kept.
  [[nodiscard]] store::RunWriter* writer() { return writer_.get(); }
  /// Where the run is kept; empty where it is not.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string id() const { return writer_ ? writer_->id() : std::string(); }
  /// What went wrong so far, a line each; each is told once.
  [[nodiscard]] std::vector<std::string> take_trouble();

 private:
  bool begin_in(const std::string& url, const trace::Run& header);

  std::unique_ptr<store::RunWriter> writer_;
  std::filesystem::path path_;
  std::vector<std::string> trouble_;
  bool write_trouble_told_ = false;
};

}  // namespace joulecast::measure
