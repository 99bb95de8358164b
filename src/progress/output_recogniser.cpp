#include "progress/output_recogniser.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.hpp"
#include "progress/format.hpp"
#include "progress/lines/early_stop_mention.hpp"
#include "progress/lines/json_message.hpp"
#include "progress/lines/line_prefix.hpp"
#include "progress/lines/other_languages.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/terminal_text.hpp"
#include "progress/lines/tqdm_bar.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

/// A user's --epoch-regex and --step-regex.
class OwnPatterns final : public Format {
 public:
  OwnPatterns(std::optional<Pattern> epoch, std::optional<Pattern> step)
      : epoch_(std::move(epoch)), step_(std::move(step)) {}

  bool read(const Line& line, Report& report) override {
    const auto of_epoch = epoch_ ? epoch_->find(line.full) : std::nullopt;
    const auto of_step = step_ ? step_->find(line.full) : std::nullopt;
    if (!of_epoch && !of_step && !begun_) return true;
    const auto metrics = find_metrics(line.text);
    bool found = false;
    if (const auto& match = of_epoch) {
      if (const auto epoch = match->number(1)) {
        found = true;
        const auto total = match->number(2);
        // A line with figures reports an epoch's end.
        if (metrics.empty())
          report.epoch_begins(static_cast<int>(*epoch), total);
        else
          report.epoch_ends(static_cast<int>(*epoch), total);
      }
    }
    if (const auto& match = of_step) {
      if (const auto step = match->number(1)) {
        found = true;
        report.work_done(*step, match->number(2));
      }
    }
    begun_ = begun_ || found;
    if (begun_)
      for (const auto& [name, value] : metrics) report.metric(name, value);
    return true;
  }

 private:
  std::optional<Pattern> epoch_, step_;
  bool begun_ = false;
};

/// The characters of a text, as a set that may take different ones for the same.
std::uint64_t characters_of(std::string_view text) {
  std::uint64_t characters = 0;
  for (const char c : text) characters |= std::uint64_t{1} << (static_cast<unsigned char>(c) % 64);
  return characters;
}

/// A format, and what is known of it beforehand.
struct Reader {
  Reader(const FormatType* of, std::unique_ptr<Format> reads) : type(of), format(std::move(reads)) {
    for (const auto word : type->words) words.emplace_back(characters_of(word), word);
  }

  /// Words whose characters are not all in the line need not be looked for.
  [[nodiscard]] bool may_read(const Line& line, std::uint64_t characters) const {
    return words.empty() || std::ranges::any_of(words, [&](const auto& word) {
             return (word.first & ~characters) == 0 && line.lowered.find(word.second) != std::string::npos;
           });
  }

  const FormatType* type;
  std::unique_ptr<Format> format;
  std::vector<std::pair<std::uint64_t, std::string_view>> words;
};

const FormatType own_patterns{
    "own pattern", "--epoch-regex, --step-regex", Breadth::framework, Evidence::stated, {}, nullptr};

std::vector<Reader> make_readers() {
  std::vector<Reader> readers;
  for (const auto* type : all_formats()) readers.emplace_back(type, type->make());
  std::ranges::stable_sort(readers, {}, [](const Reader& reader) { return reader.type->breadth; });
  return readers;
}

Result<std::optional<Pattern>> compile(const std::string& expression, const char* option) {
  if (expression.empty()) return std::optional<Pattern>{};
  auto pattern = Pattern::parse(expression);
  if (!pattern) return fail_field(option, "{}", pattern.error().message);
  if (pattern->groups() < 1) return fail_field(option, "needs a group for the number: (\\d+)");
  return std::optional{std::move(*pattern)};
}

Line make_line(TerminalText::Row row) {
  auto prefix = find_prefix(row.text);
  Line line;
  line.text = trim(std::string_view(row.text).substr(prefix.length));
  if (auto english = in_english(line.text)) line.text = std::move(*english);
  line.lowered = to_lower(line.text);
  line.full = std::move(row.text);
  line.rank = std::move(prefix.rank);
  line.time = row.time;
  line.redrawn = row.redrawn;
  line.ended = row.ended;
  line.below = row.below;
  return line;
}

/// "45%|████▌     | 45/100 [00:03<00:04]epoch 0: {…}": what is printed while a bar is drawn stands behind it.
std::optional<TerminalText::Row> take_message_behind_bar(TerminalText::Row& row) {
  const auto bar = find_tqdm_bar(row.text);
  if (!bar || trim(bar->rest).empty()) return std::nullopt;
  auto message = row;
  message.text = std::string(bar->rest);
  message.redrawn = false;
  row.text.resize(row.text.size() - bar->rest.size());
  row.ended = false;
  return message;
}

bool is_progress(const Event& event) {
  return event.kind == EventKind::progress || event.kind == EventKind::epoch_begin ||
         event.kind == EventKind::epoch_end;
}

}  // namespace

struct OutputRecogniser::State {
  std::vector<Reader> readers;
  std::array<TerminalText, 2> streams;
  std::vector<TerminalText::Row> rows;
  /// The rank that is listened to: the first that told progress. All ranks do the same work.
  std::optional<std::string> rank;

  std::vector<Event> read_rows();
  void read(const Line& line, std::vector<Event>& events);
  void read_formats(const Line& line, std::vector<Event>& events);
};

void OutputRecogniser::State::read_formats(const Line& line, std::vector<Event>& events) {
  const auto characters = characters_of(line.lowered);
  for (auto& reader : readers) {
    if (!reader.may_read(line, characters)) continue;
    Report report(line.time, reader.type->evidence, events);
    if (reader.format->read(line, report)) break;
  }
}

void OutputRecogniser::State::read(const Line& line, std::vector<Event>& events) {
  if (line.text.empty() || (rank && !line.rank.empty() && line.rank != *rank)) return;
  const auto before = events.size();
  read_formats(line, events);
  if (events.size() == before) {
    if (auto message = find_json_message(line.text)) {
      TerminalText::Row row;
      row.text = std::move(*message);
      row.time = line.time;
      row.ended = true;
      read_formats(make_line(std::move(row)), events);
    }
  }
  if (const auto stop = find_early_stop(line.lowered)) {
    Event event;
    event.kind = EventKind::may_end_early;
    event.time = line.time;
    event.evidence = Evidence::stated;
    event.value = stop->patience.value_or(0);
    event.total_work = stop->most_steps;
    events.push_back(std::move(event));
  }
  if (!rank && !line.rank.empty() &&
      std::any_of(events.begin() + static_cast<std::ptrdiff_t>(before), events.end(), is_progress))
    rank = line.rank;
}

std::vector<Event> OutputRecogniser::State::read_rows() {
  std::vector<Event> events;
  for (auto& row : rows) {
    if (auto message = take_message_behind_bar(row)) {
      read(make_line(std::move(row)), events);
      row = std::move(*message);
    }
    read(make_line(std::move(row)), events);
  }
  rows.clear();
  return events;
}

OutputRecogniser::OutputRecogniser(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputRecogniser::OutputRecogniser(OutputRecogniser&&) noexcept = default;
OutputRecogniser& OutputRecogniser::operator=(OutputRecogniser&&) noexcept = default;
OutputRecogniser::~OutputRecogniser() = default;

Result<OutputRecogniser> OutputRecogniser::create(RecogniserOptions options) {
  auto epoch = compile(options.epoch_regex, "epoch_regex");
  if (!epoch) return propagate(epoch.error());
  auto step = compile(options.step_regex, "step_regex");
  if (!step) return propagate(step.error());
  auto state = std::make_unique<State>();
  if (*epoch || *step)
    state->readers.emplace_back(&own_patterns,
                                std::make_unique<OwnPatterns>(std::move(*epoch), std::move(*step)));
  else
    state->readers = make_readers();
  return OutputRecogniser(std::move(state));
}

std::vector<Event> OutputRecogniser::feed(std::string_view bytes, SteadyTime time, Stream stream) {
  state_->streams[static_cast<std::size_t>(stream)].feed(bytes, time, state_->rows);
  return state_->read_rows();
}

std::vector<Event> OutputRecogniser::settle() {
  for (auto& stream : state_->streams) stream.settle(state_->rows);
  return state_->read_rows();
}

}  // namespace joulecast::progress
