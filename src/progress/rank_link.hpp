// The connection of a rank to the one that measures its node. Never blocks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "progress/rank_message.hpp"

namespace joulecast::progress {

class RankLink {
 public:
  /// unavailable if nobody listens there.
  [[nodiscard]] static Result<RankLink> connect(const std::filesystem::path& socket);
  RankLink(RankLink&&) noexcept = default;
  RankLink& operator=(RankLink&&) noexcept = default;

  [[nodiscard]] int descriptor() const { return connection_.get(); }
  /// Whether something waits to be written, because the other end does not read.
  [[nodiscard]] bool has_more() const { return !pending_.empty(); }
  /// Sends the message, or keeps it for write_more(). What goes beyond a megabyte is lost, and counted in
  /// lost().
  void say(const RankMessage& message);
  void write_more();
  struct Heard {
    std::vector<RankOrder> orders;
    bool gone = false;  ///< the other end has closed
  };
  [[nodiscard]] Heard read();
  [[nodiscard]] int lost() const { return lost_; }

 private:
  explicit RankLink(Descriptor connection) : connection_(std::move(connection)) {}

  Descriptor connection_;
  std::string pending_;
  std::string partial_;  ///< the beginning of a line
  int lost_ = 0;
};

}  // namespace joulecast::progress
