#include "progress/output_recogniser.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>

#include "base/text.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

constexpr std::size_t longest_remembered_line = 4096;

/// What one line says about an epoch.
struct Mention {
  double epoch = 0;             ///< Hugging Face counts in fractions
  std::optional<double> total;  ///< "3/90"
  bool partial = false;         ///< a progress bar or a step's line: the epoch is under way
  bool counts_done = false;     ///< the format itself says that `epoch` epochs are done
};

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

std::string_view take_number(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() &&
         (is_digit(text[n]) || (text[n] == '.' && n + 1 < text.size() && is_digit(text[n + 1]))))
    ++n;
  const auto number = text.substr(0, n);
  text.remove_prefix(n);
  return number;
}

void skip(std::string_view& text, std::string_view characters) {
  const auto n = text.find_first_not_of(characters);
  text.remove_prefix(n == std::string_view::npos ? text.size() : n);
}

/// A bar ("45%|███"), a step count ("[1200/60000 (2%)]", "step 5", "batch 3/10") or an "it/s" says that the
/// epoch has not finished.
bool is_partial(std::string_view rest) {
  static constexpr std::string_view signs[] = {"%|", "%)]", "it/s", "s/it", "step", "batch", "iter"};
  const auto lowered = to_lower(rest);
  return std::ranges::any_of(signs, [&](auto sign) { return lowered.find(sign) != std::string::npos; });
}

/// "Epoch 3/90 …", "[Epoch 3]", "epoch: 3, …", "Epoch [3/90], …", "Train Epoch: 3 [0/60000 (0%)]", "Epoch 3:
/// 100%|…".
std::optional<Mention> find_epoch(std::string_view line, const std::string& lowered) {
  for (std::size_t at = lowered.find("epoch"); at != std::string::npos; at = lowered.find("epoch", at + 1)) {
    if (at > 0 && (is_letter(line[at - 1]) || line[at - 1] == '_')) continue;  // "num_epochs"
    auto rest = line.substr(at + 5);
    skip(rest, " :=#[(\t");
    auto number = parse_double(take_number(rest));
    if (!number) continue;
    Mention mention{*number, std::nullopt, false};
    auto after = rest;
    skip(after, " ");
    if (after.starts_with('/') || after.starts_with("of ")) {
      after.remove_prefix(after.starts_with('/') ? 1 : 3);
      skip(after, " ");
      mention.total = parse_double(take_number(after));
      rest = after;
    }
    if (!rest.empty() && is_letter(rest.front())) continue;  // "epoch 3rd"
    mention.partial = is_partial(rest);
    return mention;
  }
  return std::nullopt;
}

/// Hugging Face Trainer prints Python dictionaries: {'loss': 0.52, 'learning_rate': 5e-05, 'epoch': 1.0}
std::optional<Mention> find_trainer_epoch(std::string_view line) {
  if (!line.starts_with("{'") || line.find("'epoch': ") == std::string_view::npos) return std::nullopt;
  auto rest = line.substr(line.find("'epoch': ") + 9);
  const auto number = parse_double(take_number(rest));
  if (!number) return std::nullopt;
  // A whole number means that an epoch has ended, a fraction that it is under way.
  return Mention{*number, std::nullopt, *number != static_cast<int>(*number), true};
}

/// A tqdm bar over epochs: "Epochs:  45%|████▌     | 45/100 [00:09<00:11, 4.9epoch/s]" says that 45 are done.
std::optional<Mention> find_epoch_bar(std::string_view line, const std::string& lowered) {
  const auto bar = lowered.rfind("| ");
  if (bar == std::string::npos || lowered.find("%|") == std::string::npos) return std::nullopt;
  auto rest = line.substr(bar + 2);
  const auto finished = parse_double(take_number(rest));
  if (!finished || !rest.starts_with('/')) return std::nullopt;
  rest.remove_prefix(1);
  const auto total = parse_double(take_number(rest));
  return total ? std::optional{Mention{*finished, total, *finished == 0, true}} : std::nullopt;
}

/// Hugging Face's banner before training: "  Num Epochs = 3".
std::optional<double> find_announced_total(std::string_view line, const std::string& lowered) {
  const auto at = lowered.find("num epochs = ");
  if (at == std::string::npos) return std::nullopt;
  auto rest = line.substr(at + 13);
  return parse_double(take_number(rest));
}

/// "Training on 1347 images", "***** Running training *****": epochs count from here on; everything before
/// was preparation.
bool announces_training(const std::string& lowered) {
  static constexpr std::string_view phrases[] = {"start training",   "starting training",
                                                 "begin training",   "beginning training",
                                                 "running training", "training started"};
  return lowered.starts_with("training") ||
         std::ranges::any_of(phrases, [&](auto phrase) { return lowered.find(phrase) != std::string::npos; });
}

/// fastai's table: a header "epoch train_loss valid_loss accuracy time", then a row of numbers an epoch.
class FastaiTable {
 public:
  std::optional<Mention> mention(std::string_view line, std::vector<MetricText>& metrics) {
    std::vector<std::string_view> cells;
    for (const auto cell : split(line, ' '))
      if (!trim(cell).empty()) cells.push_back(trim(cell));
    if (cells.size() >= 3 && cells.front() == "epoch" && cells.back() == "time") {
      columns_.assign(cells.begin(), cells.end());
      return std::nullopt;
    }
    if (columns_.empty() || cells.size() != columns_.size()) return std::nullopt;
    const auto epoch = parse_int(cells.front());
    if (!epoch) return std::nullopt;
    for (std::size_t i = 1; i + 1 < cells.size(); ++i)
      if (const auto value = parse_double(cells[i])) metrics.push_back({columns_[i], *value});
    return Mention{static_cast<double>(*epoch), std::nullopt, false};
  }

 private:
  std::vector<std::string> columns_;
};

}  // namespace

struct OutputRecogniser::State {
  RecogniserOptions options;
  std::optional<std::regex> own;
  FastaiTable fastai;
  std::string line;
  bool overlong = false;
  std::optional<int> current;  ///< the epoch last mentioned
  /// true: a line with metrics ends its epoch; false: a new epoch number ends the one before; nothing: no
  /// epoch yet
  std::optional<bool> reports_at_end;
  std::optional<double> told_total;

  void take_line(std::vector<Event>& events, SteadyTime time);
  std::optional<Mention> mention_of(std::string_view text, std::vector<MetricText>& metrics);
  void take_mention(const Mention& mention, const std::vector<MetricText>& metrics,
                    std::vector<Event>& events, SteadyTime time);
};

std::optional<Mention> OutputRecogniser::State::mention_of(std::string_view text,
                                                           std::vector<MetricText>& metrics) {
  if (own) {
    std::cmatch match;
    if (!std::regex_search(text.data(), text.data() + text.size(), match, *own)) return std::nullopt;
    const auto epoch = parse_double(match[1].str());
    if (!epoch) return std::nullopt;
    return Mention{*epoch, match.size() > 2 ? parse_double(match[2].str()) : std::nullopt, false};
  }
  if (auto mention = find_trainer_epoch(text)) return mention;
  const auto lowered = to_lower(text);
  if (lowered.find("epoch") != std::string::npos) {
    if (const auto total = find_announced_total(text, lowered)) told_total = total;
    if (auto mention = find_epoch(text, lowered)) return mention;
    if (auto mention = find_epoch_bar(text, lowered)) return mention;
  }
  return fastai.mention(text, metrics);
}

void OutputRecogniser::State::take_mention(const Mention& mention, const std::vector<MetricText>& metrics,
                                           std::vector<Event>& events, SteadyTime time) {
  Event event;
  event.time = time;
  if (mention.total && *mention.total > 0) told_total = mention.total;
  event.total_epochs = told_total;
  const int epoch = static_cast<int>(mention.epoch);
  if (mention.counts_done) reports_at_end = true;
  if (!reports_at_end) reports_at_end = !mention.partial && !metrics.empty();
  if (*reports_at_end) {
    // Trainer logs fractions during an epoch, and the same whole number twice: after training and after
    // evaluation. Only the first one ends the epoch.
    if (!mention.partial && current != epoch) {
      event.kind = EventKind::epoch_end;
      event.epoch = epoch;
      events.push_back(event);
    }
    if (!mention.partial) current = epoch;
    return;
  }
  if (current != epoch) {
    event.kind = EventKind::epoch_begin;
    event.epoch = epoch;
    events.push_back(event);
    current = epoch;
  }
}

void OutputRecogniser::State::take_line(std::vector<Event>& events, SteadyTime time) {
  const auto text = trim(line);
  if (text.empty() || overlong) return;
  auto metrics = find_metrics(text);
  const auto mention = mention_of(text, metrics);
  if (mention) take_mention(*mention, metrics, events, time);
  if (!mention && !current && !own && announces_training(to_lower(text))) {
    Event event;
    event.kind = EventKind::run_begin;
    event.time = time;
    events.push_back(event);
  }
  // Numbers on lines outside of epochs, such as a banner's "version=2", are no metrics.
  if (!mention && !current) return;
  for (const auto& [name, value] : metrics) {
    Event event;
    event.kind = EventKind::metric;
    event.time = time;
    event.epoch = current;
    event.name = name;
    event.value = value;
    events.push_back(event);
  }
}

OutputRecogniser::OutputRecogniser(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputRecogniser::OutputRecogniser(OutputRecogniser&&) noexcept = default;
OutputRecogniser& OutputRecogniser::operator=(OutputRecogniser&&) noexcept = default;
OutputRecogniser::~OutputRecogniser() = default;

Result<OutputRecogniser> OutputRecogniser::create(RecogniserOptions options) {
  auto state = std::make_unique<State>();
  if (!options.epoch_regex.empty()) {
    try {
      state->own.emplace(options.epoch_regex, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
      return fail(ErrorKind::invalid, "--epoch-regex", "{}", error.what());
    }
    if (state->own->mark_count() < 1)
      return fail(ErrorKind::invalid, "--epoch-regex", "needs a group for the epoch's number: (\\d+)");
  }
  state->options = std::move(options);
  return OutputRecogniser(std::move(state));
}

std::vector<Event> OutputRecogniser::feed(std::string_view bytes, SteadyTime time) {
  std::vector<Event> events;
  auto& line = state_->line;
  while (!bytes.empty()) {
    // Backspaces are how older Keras rewinds its bar.
    const auto end = bytes.find_first_of("\n\r\b");
    const auto piece = bytes.substr(0, end);
    if (line.size() + piece.size() <= longest_remembered_line)
      line.append(piece);
    else
      state_->overlong = true;
    if (end == std::string_view::npos) break;
    state_->take_line(events, time);
    line.clear();
    state_->overlong = false;
    bytes.remove_prefix(end + 1);
  }
  return events;
}

}  // namespace joulecast::progress
