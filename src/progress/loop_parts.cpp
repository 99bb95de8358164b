#include "progress/loop_parts.hpp"

#include <algorithm>
#include <utility>

namespace joulecast::progress {

bool LoopParts::may_be_headed(std::string_view text) const {
  return !phase_.empty() || !is_later_of_a_grid(text);
}

void LoopParts::head(const std::string& heading, Report& report) {
  const auto part = find_part(heading);
  const auto key = part ? part->key : heading;
  if (key == phase_) return;  // another rank's
  turns_ = {};
  // The first "seed=11" may as well be a setting.
  if (phase_.empty() && heading.find('=') != std::string::npos) report.guess();
  begin(key, heading, part_of_heading(heading), report);
}

bool LoopParts::name(const PartMention& part, std::string_view text, Report& report) {
  const auto epoch = find_epoch(text);
  if (!epoch) {
    if (part.key != phase_ && !turns_.take_turns()) begin(part.key, part.name, part.part, report);
    return true;
  }
  const auto number = static_cast<int>(std::min(epoch->number, 1e9));
  const auto meaning = turns_.take(part.key, number, epoch->total);
  if (meaning == PartTurns::Meaning::begins && part.key != phase_)
    begin(part.key, part.name, part.part, report);
  return meaning != PartTurns::Meaning::ahead;
}

void LoopParts::follow(const EpochMention& mention, bool tagged, Report& report) {
  leave_tagged_part(mention, tagged, report);
  follow_part_that_is_over(mention, report);
}

void LoopParts::follow_part_that_is_over(const EpochMention& mention, Report& report) {
  auto over = std::exchange(over_, std::nullopt);
  if (!over || !epochs_.epoch() || mention.number > *epochs_.epoch()) return;
  ++over->number;
  begin("", "", over, report);
}

/// "Warmup epoch 3/3", then "Epoch 4/10": the warm-up is over. So it is where the same count goes on:
/// "[warmup] Epoch 2/12", then "[cosine] Epoch 3/12".
void LoopParts::leave_tagged_part(const EpochMention& mention, bool tagged, Report& report) {
  if (tagged) {
    if (!tagged_total_) tags_count_from_one_ = mention.number == 1;
    tagged_total_ = mention.total;
    tagged_number_ = mention.number;
    return;
  }
  if (!tagged_total_ || !mention.total) return;
  const bool goes_on = mention.number > tagged_number_;
  if (*tagged_total_ == mention.total && !(goes_on && phase_.starts_with("warm"))) return;
  tagged_total_.reset();
  begin("", "", {}, report);
  if (goes_on && tags_count_from_one_) report.epochs_count_from(1);
}

void LoopParts::begin(const std::string& key, const std::string& name, std::optional<Part> part,
                      Report& report) {
  phase_ = key;
  over_.reset();
  report.phase_begins(name, part);
  epochs_.restart();
}

}  // namespace joulecast::progress
