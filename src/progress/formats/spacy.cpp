// spaCy's train: a row each eval_frequency steps. E is the epoch that runs, from 0; # the steps.
//
//   E    #       LOSS TEXTCAT  CATS_SCORE  SCORE
//   ---  ------  ------------  ----------  ------
//     0      20          3.25       88.30    0.88
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Spacy final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (line.text.starts_with("E ") && line.text.find(" # ") != std::string::npos) {
      in_table_ = line.text.find("SCORE") != std::string::npos;
      return in_table_;
    }
    if (!in_table_) return false;
    static const Pattern row(R"(^\d+\s+(?P<step>\d+)(?:\s+-?[\d.]+)+\s+(?P<score>\d+\.\d+)$)");
    static const Pattern ruler(R"(^[- ]+$)");
    const auto match = row.find(line.text);
    if (!match) return ruler.matches(line.text);
    if (const auto step = match->number("step")) report.work_done(*step);
    if (const auto score = match->number("score")) report.metric("val_score", *score);
    return true;
  }

 private:
  bool in_table_ = false;
};

}  // namespace

extern const FormatType spacy_format{"spaCy",
                                     "train: steps by the table of evaluations",
                                     Breadth::framework,
                                     Evidence::stated,
                                     {},  // rows have no words
                                     make_format<Spacy>};

}  // namespace joulecast::progress
