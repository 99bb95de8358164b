#include "measure/recording.hpp"

#include <unistd.h>

#include <utility>

namespace joulecast::measure {
namespace fs = std::filesystem;

Recording::Recording(const std::optional<fs::path>& path, const trace::Run& header,
                     const std::vector<trace::Channel>& channels) {
  const auto wanted = path ? Result<fs::path>(*path) : store::default_path();
  if (!wanted) trouble_.push_back("the store cannot be used: " + to_string(wanted.error()));
  if (!wanted || !begin(*wanted, header)) {
    std::error_code ignored;
    const auto spare = fs::temp_directory_path(ignored) / fmt::format("joulecast-{}.db", ::getpid());
    if (begin(spare, header))
      trouble_.push_back(fmt::format("the run is kept in {} instead; see it with --store {}", spare.string(),
                                     spare.string()));
    else
      trouble_.emplace_back("the run cannot be kept; it is measured, and shown only here");
  }
  add(channels);
}

void Recording::add(std::span<const trace::Channel> channels) {
  if (!writer_) return;
  for (const auto& channel : channels) channel_numbers_.push_back(writer_->add_channel(channel));
}

bool Recording::begin(const fs::path& path, const trace::Run& header) {
  auto opened = store::Store::open(path, store::Access::write);
  if (!opened) {
    trouble_.push_back("the store cannot be used: " + to_string(opened.error()));
    return false;
  }
  auto writer = store::RunWriter::begin(std::move(*opened), header);
  if (!writer) {
    trouble_.push_back("the store cannot be used: " + to_string(writer.error()));
    return false;
  }
  writer_.emplace(std::move(*writer));
  path_ = path;
  return true;
}

void Recording::append(std::size_t channel, double time, double value) {
  if (writer_) writer_->append(channel_numbers_[channel], time, value);
}

void Recording::gap(std::size_t channel, trace::Span span) {
  if (writer_) writer_->gap(channel_numbers_[channel], span);
}

std::vector<std::string> Recording::take_trouble() {
  if (writer_ && !write_trouble_told_) {
    if (const auto status = writer_->status(); !status) {
      trouble_.push_back("the store does not take the run at present: " + to_string(status.error()));
      write_trouble_told_ = true;
    }
  }
  return std::exchange(trouble_, {});
}

void Recording::finish(trace::RunStatus status, std::optional<int> exit_status, Seconds end) {
  if (!writer_) return;
  if (const auto finished = writer_->finish(status, exit_status, end); !finished)
    trouble_.push_back("the run is not wholly stored: " + to_string(finished.error()));
  if (const auto dropped = writer_->dropped(); dropped > 0)
    trouble_.push_back(fmt::format("{} readings could not be stored", dropped));
}

}  // namespace joulecast::measure
