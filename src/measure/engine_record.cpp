// Where the engine keeps the run: its store, the account that it goes on with, and who is told of it.
#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "measure/engine.hpp"
#include "store/run_store.hpp"

namespace joulecast::measure {

/// The measured work has already begun, so missing threads or memory must not end it.
void Engine::open_record() {
  try {
    recording_ =
        std::make_unique<Recording>(RecordingOptions{options_.store, options_.store_patience, patience_,
                                                     options_.continues, options_.keep_command},
                                    header_, meters_.channels());
    announce();
  } catch (const std::exception& error) {
    observer_->trouble(
        fmt::format("the run cannot be kept; it is measured, and shown only here: {}", error.what()));
  }
}

/// The run is an account of its own, or goes on with that of another.
void Engine::tell_continuation() {
  awaits_checkpoints_ = !options_.continues.checkpoints.empty() && recording_ && !recording_->id().empty();
  if (!recording_) return;
  const auto& continuation = recording_->continuation();
  for (const auto& line : continuation.told) {
    note(line);
    observer_->trouble(line);
  }
  header_ = continued(std::move(header_), continuation);
  earlier_ = continuation.earlier;
  if (!earlier_) return;
  observer_->told(fmt::format(
      "goes on with {}, segment {}: {} in {} before",
      earlier_->name.empty() ? earlier_->training : earlier_->name, earlier_->segments + 1,
      earlier_->energy ? to_text(*earlier_->energy) : "unknown energy", to_text(earlier_->duration)));
}

/// Looks from time to time whether there are checkpoints by now.
void Engine::name_beside_checkpoints() {
  constexpr Seconds between_looks{10};
  const auto now = clock().steady();
  if (!awaits_checkpoints_ || now - looked_for_checkpoints_ < between_looks) return;
  looked_for_checkpoints_ = now;
  const auto named =
      mark_checkpoints(options_.continues.checkpoints, earlier_ ? earlier_->training : recording_->id());
  awaits_checkpoints_ = named && !*named;
  if (named) return;
  note(to_string(named.error()));
  observer_->trouble(to_string(named.error()));
}

trace::RunSink& Engine::sink() {
  if (recording_) return *recording_;
  return nowhere_;
}

void Engine::tell_trouble() {
  if (!recording_) return;
  for (const auto& trouble : recording_->take_trouble()) observer_->trouble(trouble);
  announce();  // the run may go on in another store
}

/// Tells other processes of the training where the run is kept.
void Engine::announce() {
  if (!socket_ || !recording_ || recording_->id().empty() || recording_->path().empty() ||
      recording_->path() == announced_)
    return;
  announced_ = recording_->path();
  std::error_code ignored;
  const auto text = announced_.string();
  socket_->announce_run(recording_->id(), store::is_on_server(text)
                                              ? std::filesystem::path(store::shown_url(text))
                                              : std::filesystem::absolute(announced_, ignored));
}

}  // namespace joulecast::measure
