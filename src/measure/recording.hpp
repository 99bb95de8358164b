// Writes a run to the store. A failing store never affects the training: the loss is reported, and a spare
// store is tried.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/continuation.hpp"
#include "store/run_writer.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::measure {

struct RecordingOptions {
  std::optional<std::filesystem::path> store;  ///< nothing = the default one
  Seconds finish_timeout{10};                  ///< how long end() waits for a locked store
  std::shared_ptr<const store::Patience> patience = {};
  ContinueOptions continues = {};
  bool keep_command = false;  ///< see MeasurementOptions
};

class Recording final : public trace::RunSink {
 public:
  /// Opens the store and begins the run. If that fails, or if the store is lost later or takes nothing at the
  /// end, uses a spare store in the temporary folder. If that fails too, nothing is stored and take_trouble()
  /// says so.
  Recording(RecordingOptions options, const trace::Run& header, const std::vector<trace::Channel>& channels);

  /// Whether the run goes on with another, as the store that it is kept in shows.
  [[nodiscard]] const Continuation& continuation() const { return continuation_; }
  /// Adds channels that appeared later. Their numbers continue from the last.
  void add(std::span<const trace::Channel> channels);

  using RunSink::append;
  /// Does nothing: the constructor has already begun the run.
  void begin(const trace::Run&) override {}
  void channel(const trace::Channel& channel) override;
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override;
  void gap(std::size_t channel, trace::Span span) override;
  void epoch(std::size_t place, const trace::Epoch& epoch) override;
  void metric(const trace::MetricPoint& point) override;
  void phase(std::size_t place, const trace::Phase& phase) override;
  void progress(const trace::ProgressPoint& point) override;
  void window(std::size_t place, const trace::Window& window) override;
  void projection(const trace::Projection& projection) override;
  void note(const std::string& text) override;
  void describe(const trace::Run& header) override;
  /// If the run could not be stored completely, take_trouble() says so as well.
  [[nodiscard]] Status end(const trace::Run& header) override;
  [[nodiscard]] Status status() const override { return writer_ ? writer_->status() : Status{}; }

  /// nullptr if nothing can be stored.
  [[nodiscard]] store::RunWriter* writer() { return writer_.get(); }
  /// Path or address of the store; empty if the run is not stored, or at its end not wholly there yet.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The file in which the run waits for its store after end(); empty if it does not.
  [[nodiscard]] const std::filesystem::path& journal() const { return journal_; }
  [[nodiscard]] std::string id() const { return writer_ ? writer_->id() : std::string(); }
  /// The problems since the previous call, one line each.
  [[nodiscard]] std::vector<std::string> take_trouble();

 private:
  [[nodiscard]] static std::string place_of(const std::string& store, const trace::Run& header);
  /// The path of a new spare store in the temporary folder.
  [[nodiscard]] static Result<std::string> make_spare();
  void begin_in_spare(const trace::Run& header);
  /// Whether the run can be kept at `url`, which is `base` or one of the nodes' files beside it.
  bool begin_in(const std::string& url, const trace::Run& header, const std::string& base);
  [[nodiscard]] trace::Run shareable(trace::Run header) const;

  const RecordingOptions options_;
  Continuation continuation_;
  bool others_read_ = false;  ///< the store, and with it the command
  std::unique_ptr<store::RunWriter> writer_;
  std::filesystem::path path_;
  std::filesystem::path journal_;
  std::vector<std::string> trouble_;
  bool is_spare_ = false;  ///< path_ is not the store that was asked for
  bool write_trouble_told_ = false;
};

}  // namespace joulecast::measure
