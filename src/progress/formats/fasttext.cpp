// fastText: a percentage of all epochs, drawn again in place.
//
//   Progress:  45.2% words/sec/thread: 16879943 lr:  0.027 avg.loss:  0.002087 ETA:   0h 0m 0s
//   Alpha: 0.0137  Progress: 45.21%  Words/thread/sec: 123.45k      word2vec, which it comes from
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class FastText final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern progress(
        R"(^Progress: +(?P<percent>[\d.]+)% +words/sec/thread: +\d+ +lr: +\S+ +(?:avg\.)?loss: +(?P<loss>[\d.]+))");
    static const Pattern word2vec(
        R"(^Alpha: [\d.]+ +Progress: (?P<percent>[\d.]+)% +Words/thread/sec: [\d.]+k(?P<loss>))");
    auto match = progress.find(line.text);
    if (!match) match = word2vec.find(line.text);
    const auto percent = match ? match->number("percent") : std::nullopt;
    if (!percent) return false;
    report.work_done(*percent, 100, Unit::percent);
    if (const auto loss = match->number("loss")) report.metric("loss", *loss);
    return true;
  }
};

}  // namespace

extern const FormatType fasttext_format{"fastText",
                                        "the percentage of supervised, skipgram and cbow; word2vec",
                                        Breadth::framework,
                                        Evidence::stated,
                                        {"words/sec/thread", "words/thread/sec"},
                                        make_format<FastText>};

}  // namespace joulecast::progress
