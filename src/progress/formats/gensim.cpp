// gensim's Word2Vec, Doc2Vec, FastText (versions 3 and 4) and LDA, through logging.
//
//   EPOCH 0 - PROGRESS: at 45.20% examples, 1226288 words/s, in_qsize 0, out_qsize 0
//   EPOCH 0: training on 240000 raw words (203052 effective words) took 0.2s, …      from 0
//   EPOCH - 1 : training on 240000 raw words (203052 effective words) took 0.2s, …   from 1 (version 3)
//   PROGRESS: pass 0, at document #2000/10000
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Gensim final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern progress(R"(^EPOCH (?:- )?(?P<epoch>\d+) - PROGRESS: at (?P<percent>[\d.]+)% )");
    static const Pattern end(R"(^EPOCH (?:- )?(?P<epoch>\d+) ?: training on \d+ raw words)");
    static const Pattern pass(
        R"(^PROGRESS: pass (?P<epoch>\d+), at document #(?P<done>\d+)/(?P<total>\d+)$)");
    if (const auto match = progress.find(line.text)) {
      const auto percent = match->number("percent");
      if (percent) report.epoch_steps(*percent, 100, match->whole("epoch"));
      return percent.has_value();
    }
    if (const auto match = end.find(line.text)) {
      const auto epoch = match->whole("epoch");
      if (epoch) report.epoch_ends(*epoch);
      return epoch.has_value();
    }
    const auto match = pass.find(line.text);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    report.epochs_count_from(0);
    report.epoch_steps(*done, match->number("total"), match->whole("epoch"));
    return true;
  }
};

}  // namespace

extern const FormatType gensim_format{"gensim",
                                      "Word2Vec, Doc2Vec and FastText of gensim 3 and 4, LDA",
                                      Breadth::framework,
                                      Evidence::stated,
                                      {"epoch", "progress: pass"},
                                      make_format<Gensim>};

}  // namespace joulecast::progress
