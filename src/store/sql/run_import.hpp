// Stores finished runs in SQLite, chunk by chunk as they are read. Internal to the store.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "store/run_import.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::sql {

class SqlImport final : public RunImport {
 public:
  SqlImport(Database& database, const Clock& clock);
  ~SqlImport() override;

  using RunSink::append;
  void begin(const trace::Run& header) override;
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
  [[nodiscard]] Status end(const trace::Run& header) override;
  [[nodiscard]] Status status() const override;

  [[nodiscard]] const std::vector<Kept>& kept() const override { return kept_; }

 private:
  struct Open;
  void flush();
  [[nodiscard]] Status close(Open& open, const trace::Run& header);

  Database& database_;
  const Clock& clock_;
  Status status_;
  std::unique_ptr<Open> open_;  ///< nullptr if no run is open, or the run is skipped
  std::vector<Kept> kept_;
};

}  // namespace joulecast::store::sql
