#include "measure/recording.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/files.hpp"
#include "base/roots.hpp"
#include "store/node_files.hpp"
#include "store/run_store.hpp"

namespace joulecast::measure {
namespace fs = std::filesystem;

namespace {

bool is_read_by_others(const fs::path& store) {
  std::error_code error;
  const auto mode = fs::status(store, error).permissions();
  using enum fs::perms;
  return !error && (mode & (group_read | others_read)) != none;
}

}  // namespace

Recording::Recording(RecordingOptions options, const trace::Run& header,
                     const std::vector<trace::Channel>& channels)
    : options_(std::move(options)) {
  const auto wanted = options_.store ? Result<std::string>(options_.store->string()) : store::default_url();
  if (!wanted) trouble_.push_back("the store cannot be used: " + to_string(wanted.error()));
  if (!wanted || !begin_in(place_of(*wanted, header), header, *wanted)) begin_in_spare(header);
  add(channels);
}

/// Nodes of one job that share a folder over the network each write a file of their own.
std::string Recording::place_of(const std::string& store, const trace::Run& header) {
  const auto& job = header.info.job;
  if (job.node_count.value_or(1) < 2 || !store::is_kept_by_node(store)) return store;
  return store::file_of_node(store, job.node.empty() ? header.host.hostname : job.node);
}

/// A folder of its own, because another user may have laid a link where a known name would lead.
Result<std::string> Recording::make_spare() {
  const auto parent = temporary_directory();
  if (!parent) return propagate(parent.error());
  const auto folder = make_temporary_directory(*parent, "joulecast");
  if (!folder) return propagate(folder.error());
  return (*folder / "runs.db").string();
}

void Recording::begin_in_spare(const trace::Run& header) {
  const auto spare = make_spare();
  is_spare_ = true;
  if (spare && begin_in(*spare, header, *spare)) {
    trouble_.push_back(fmt::format("the run is kept in {} instead", path_.string()));
    return;
  }
  std::error_code ignored;
  if (spare) fs::remove_all(fs::path(*spare).parent_path(), ignored);
  trouble_.emplace_back("the run cannot be kept; it is measured, and shown only here");
}

bool Recording::begin_in(const std::string& url, const trace::Run& header, const std::string& base) {
  const store::OpenOptions opening{.durability = store::Durability::soon, .patience = options_.patience};
  const store::WriterOptions writing{
      .finish_timeout = options_.finish_timeout, .patience = options_.patience, .spare = make_spare};
  // A server is only waited for where an earlier run is to be found in it.
  const bool goes_on = !is_spare_ && may_go_on(options_.continues, header);
  auto opened = goes_on || !store::is_on_server(url)
                    ? store::RunStore::open(url, store::Access::write, opening)
                    : fail(ErrorKind::unavailable, url, "it is not opened");
  others_read_ = opened && is_read_by_others(url);
  // Where each node has a file of its own, the earlier run may be in that of a machine that had this one's
  // place.
  const auto all = opened && goes_on && url != base
                       ? store::open_with_node_files(base, store::Access::look, opening)
                       : fail(ErrorKind::unavailable, url, "it is the only one");
  if (opened && goes_on)
    continuation_ = find_continuation(all ? **all : **opened, options_.continues, shareable(header));
  else if (goes_on)
    continuation_.told.push_back("the earlier run cannot be looked up: " + to_string(opened.error()));
  const auto begin = [&]() -> Result<std::unique_ptr<store::RunWriter>> {
    const auto run = shareable(continued(header, continuation_));
    if (store::is_on_server(url)) return store::RunStore::record_in(url, run, opening, writing);
    return opened ? (*opened)->record(run, writing) : propagate(opened.error());
  };
  auto writer = begin();
  if (writer && opened && continuation_.earlier) {
    const auto earlier = continuation_.earlier->run;
    const auto id = (*writer)->id();
    if (!is_alone_in_going_on(**opened, id, earlier)) {
      writer->reset();
      (void)(*opened)->remove(id, /*even_if_running=*/true);
      continuation_ = {};
      continuation_.told.push_back(fmt::format(
          "another run, begun at the same time, goes on with {}: this is a run of its own", earlier));
      writer = begin();
    }
  }
  if (!writer) {
    trouble_.push_back("the store cannot be used: " + to_string(writer.error()));
    return false;
  }
  writer_ = std::move(*writer);
  path_ = url;
  return true;
}

/// A command line is its owner's: where others can read the store, its arguments stay out of it.
trace::Run Recording::shareable(trace::Run header) const {
  if (others_read_ && !options_.keep_command && header.command.size() > 1)
    header.command = {std::move(header.command.front()), "***"};
  return header;
}

void Recording::add(std::span<const trace::Channel> channels) {
  for (const auto& channel : channels) this->channel(channel);
}

void Recording::channel(const trace::Channel& channel) {
  if (writer_) writer_->channel(channel);
}

void Recording::append(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  if (writer_) writer_->append(channel, times, values);
}

void Recording::gap(std::size_t channel, trace::Span span) {
  if (writer_) writer_->gap(channel, span);
}

void Recording::epoch(std::size_t place, const trace::Epoch& epoch) {
  if (writer_) writer_->epoch(place, epoch);
}

void Recording::metric(const trace::MetricPoint& point) {
  if (writer_) writer_->metric(point);
}

void Recording::phase(std::size_t place, const trace::Phase& phase) {
  if (writer_) writer_->phase(place, phase);
}

void Recording::progress(const trace::ProgressPoint& point) {
  if (writer_) writer_->progress(point);
}

void Recording::window(std::size_t place, const trace::Window& window) {
  if (writer_) writer_->window(place, window);
}

void Recording::projection(const trace::Projection& projection) {
  if (writer_) writer_->projection(projection);
}

void Recording::note(const std::string& text) {
  if (writer_) writer_->note(text);
}

void Recording::describe(const trace::Run& header) {
  if (writer_) writer_->describe(shareable(header));
}

std::vector<std::string> Recording::take_trouble() {
  if (const auto moved = writer_ ? writer_->moved() : std::nullopt; moved && path_ != moved->store) {
    path_ = moved->store;
    is_spare_ = true;
    trouble_.push_back(fmt::format("{}; the run goes on in {}", moved->reason, moved->store));
  }
  if (writer_ && !write_trouble_told_) {
    if (const auto waiting = writer_->waiting()) {
      trouble_.push_back(
          fmt::format("the store does not take the run at present: {}; meanwhile it is kept in {}",
                      waiting->reason, waiting->journal));
      write_trouble_told_ = true;
    } else if (const auto status = writer_->status(); !status) {
      trouble_.push_back("the store does not take the run at present: " + to_string(status.error()));
      write_trouble_told_ = true;
    }
  }
  return std::exchange(trouble_, {});
}

Status Recording::end(const trace::Run& header) {
  if (!writer_) return {};
  auto ended = writer_->end(shareable(header));
  if (!ended) trouble_.push_back("the run is not wholly stored: " + to_string(ended.error()));
  if (const auto dropped = writer_->dropped(); dropped > 0)
    trouble_.push_back(fmt::format("{} readings could not be stored", dropped));
  if (const auto waiting = writer_->waiting(); ended && waiting) {
    trouble_.push_back(
        fmt::format("the store has not taken the whole run yet: {}; it waits in {}, and the next joulecast "
                    "command with this "
                    "store brings it there",
                    waiting->reason, waiting->journal));
    write_trouble_told_ = true;
    path_.clear();
    journal_ = waiting->journal;
  }
  const auto moved = writer_->moved();
  const auto reason =
      moved && path_ != moved->store ? moved->reason + "; " : "";  // told here for the first time
  if (moved) path_ = moved->store;
  if (ended && (is_spare_ || moved))
    trouble_.push_back(
        fmt::format("{1}the run is kept in {0}; see it with --store {0}", path_.string(), reason));
  return ended;
}

}  // namespace joulecast::measure
