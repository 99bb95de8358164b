#include "progress/lines/bar_title.hpp"

#include <string>

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

bool is_of_figures(std::string_view after) {
  static const Pattern figure(
      R"((?i)^[ _\]-]*(?:\w*loss|acc\w*|f1|auc|err\w*|score|iou|dice|mae|mse|ppl|bleu|top\d|map|=|:? *\d*\.\d))");
  return figure.matches(after);
}

/// "val" of "Epoch 3 [val]", not of "Epoch 3 val_loss: 0.5".
bool names_evaluation(std::string_view title) {
  static const Pattern words(
      R"((?i)(?:^|[^a-z_]|^ep(?:och)?_)(?:val|valid|validation|validating|eval|evaluat\w*|evals?|tests?|testing|dev|infer\w*|predict\w*|sanity\w*|sampl(?:ing|er)|denois\w*|decod\w*|scoring|calibrat\w*|inspect\w*|calculating loss)(?:[^a-z_]|$))");
  static const Pattern training(R"((?i)(?:^|[^a-z_])train\w*(?:[^a-z_]|$))");
  std::string_view rest = title;
  while (const auto match = words.find(rest)) {
    const auto word = trim(match->text(std::size_t{0}));
    const bool cut = !word.empty() && (word.back() == ':' || word.back() == '=');
    if (!is_of_figures(match->after()) && !(cut && is_of_figures(" " + std::string(match->after()))))
      return !training.matches(title.substr(0, title.size() - rest.size() + match->before().size()));
    rest = match->after();
  }
  return false;
}

bool names_training(std::string_view title) {
  static const Pattern words(
      R"((?i)(?:^|[^a-z])(?:(?:pre-?)?train\w*|fit|fitting|learning|optimi[sz]ing|fine-?tun\w*|loss|lr)(?:[^a-z]|$))");
  return words.matches(title);
}

/// "Tokenizing train dataset", but not "Training split 3": what is done stands first.
bool names_preparation(std::string_view title) {
  static const Pattern words(
      R"((?i)(?:^|[^a-z])(?:download|tokeni[sz]|map\b|mapping|filter|load|read|pars(?:e|ing)|shard|prepar|pre-?process|process|generat|cach|extract|fetch|resolv|creat|build|convert|encod|index|scan|pack|group|truncat|adding|dropping|sav(?:e|ing)|writ|upload|export|merg|quanti[sz]|embed|comput|collect|import|unzip|unpack|copy|check|verif|flatten|cast|sort|shuffl|split|clean|crop|resiz|render|plot|captur|profiling|visuali[sz]|running tokenizer|setting up|(?:train|eval)\w* dataset))");
  const auto match = words.find(title);
  // "train: Scanning labels" names the data's set.
  static const Pattern set(R"((?i)^(?:train|val|test): ?$)");
  return match && (!names_training(match->before()) || set.matches(match->before()));
}

/// "Finding best initial lr", "LR range test": steps that are thrown away.
bool names_search_of_settings(std::string_view title) {
  static const Pattern words(
      R"((?i)\b(?:(?:find|search)\w* (?:.{0,24} )?(?:lr|learning[ _-]rate|batch[ _-]size)\b|(?:lr|learning[ _-]rate)[ _-]?(?:find|range|search)))");
  return words.matches(title);
}

bool counts_things(std::string_view unit) {
  static const Pattern things(
      R"((?i)^(?:[kmgtp]?i?b|bytes?|examples?|files?|shards?|rows?|docs?|documents?|tables?|tensors?|pages?|tokens?|urls?|videos?)$)");
  return things.matches(unit);
}

/// "9MB/s", whatever the bar is called: the training's own steps are no bytes.
bool counts_bytes(std::string_view unit) {
  static const Pattern bytes(R"(^(?:[kMGTP]?i?B|[Bb]ytes?)$)");
  return bytes.matches(unit);
}

/// "train.bin", "train-00000-of-00001.parquet".
bool is_a_file_name(std::string_view title) {
  static const Pattern file(
      R"((?i)^[\w./-]+\.(?:bin|pth?|ckpt|safetensors|gguf|onnx|model|h5|hdf5|np[yz]|parquet|arrow|jsonl?|[ct]sv|txt|gz|tgz|zip|tar|bz2|xz|zst|tfrecord)(?:\.(?:gz|zip|xz|zst))?$)");
  return file.matches(title);
}

bool counts_epochs(std::string_view unit) {
  static const Pattern epochs(R"((?i)^ ?(?:epochs?|ep|eps|epo)$)");
  return epochs.matches(unit);
}

bool names_steps(std::string_view title) {
  static const Pattern words(
      R"((?i)(?:^|[^a-z])(?:(?:mini-?)?batch(?:es)?|steps?|iters?|iterations?|updates?)(?:[^a-z_]|$))");
  return words.matches(title);
}

/// "Epoch 3/10", "[Epoch 3 of 10]", "epoch=3"; "train 3", "[3/10]" are less sure.
bool read_epoch(std::string_view title, BarTitle& read) {
  static const Pattern named(
      R"((?i)(?:^|[^a-z])(?:epochs?|ep)(?:[_ ](?:train|test|val)\w*)?[ .:#=_\[(]*(?P<epoch>\d+)(?:[\]]? ?(?:/|of|out of) ?\[?(?P<epochs>\d+))?(?:[^\d.]|$))");
  // Catalyst's "1/3 * Epoch (train)"
  static const Pattern ahead(R"((?i)^\W*(?P<epoch>\d+) ?/ ?(?P<epochs>\d+)\W{1,4}epochs?\b)");
  static const Pattern episode(R"((?i)^episode \[(?P<epoch>\d+)/(?P<epochs>\d+)\]$)");  // OpenRLHF's
  static const Pattern numbered(
      R"((?i)^(?:(?:train\w*|fit)[ :#\[(]+)?\[?(?P<epoch>\d+)(?: ?(?:/|of) ?(?P<epochs>\d+))?[\])]?(?:[ :,|-]+(?:train\w*|fit))?$)");
  auto match = named.find(title);
  if (!match) match = ahead.find(title);
  if (!match) read.of_rounds = (match = episode.find(title)).has_value();
  if (!match) {
    match = numbered.find(title);
    read.sure = !match;
  }
  if (!match) return false;
  read.epoch = match->whole("epoch");
  read.epochs = match->number("epochs");
  return read.epoch.has_value();
}

}  // namespace

BarTitle read_bar_title(std::string_view title, std::string_view unit) {
  static const Pattern epoch_word(R"((?i)(?:^|[^a-z])epochs?(?:[^a-z_]|$))");
  BarTitle read;
  const auto is = [&](BarKind kind) {
    read.kind = kind;
    return read;
  };
  if (names_search_of_settings(title) || counts_bytes(unit) || is_a_file_name(title))
    return is(BarKind::preparation);
  if (names_evaluation(title)) {
    read_epoch(title, read);
    return is(BarKind::evaluation);
  }
  // SimpleTuner's "Epoch 1/10, Steps" and "[Epoch 3: 2/10]loss: 0.1" of embeddings count those of the run.
  static const Pattern steps_of_run(R"(^(?:Epoch \d+/\d+, Steps$|\[Epoch \d+: \d+/\d+\]))");
  if (steps_of_run.matches(title)) return is(BarKind::steps);
  // "Epoch 0.25, Loss: 0.5" tells how far a bar of steps has come.
  static const Pattern fraction(R"((?i)(?:^|[^a-z])ep(?:och)?[ :=]*\d+\.\d)");
  if (fraction.matches(title)) return is(BarKind::training);
  const bool preparation = names_preparation(title);
  if (!preparation && read_epoch(title, read)) return is(BarKind::epoch_steps);
  if (counts_epochs(unit)) return is(BarKind::epochs);
  if (!preparation && epoch_word.matches(title))
    return is(names_steps(title) ? BarKind::epoch_steps : BarKind::epochs);
  const bool training = names_training(title);
  if (preparation || (!training && counts_things(unit))) {
    // A loop over the batches may be called so, too.
    static const Pattern vague(
        R"((?i)^\W*(?:process|load|comput|generat|read)\w*\W*(?:data|batch\w*|samples?)?\W*$)");
    read.sure = !vague.matches(title);
    return is(BarKind::preparation);
  }
  if (names_steps(title)) return is(BarKind::steps);
  return is(training ? BarKind::training : BarKind::unknown);
}

}  // namespace joulecast::progress
