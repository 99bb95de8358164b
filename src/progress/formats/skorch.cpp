// skorch's table: a row is an epoch that is over.
//
//     epoch    train_loss    valid_acc    valid_loss     dur
//   -------  ------------  -----------  ------------  ------
//         1        0.6469       0.7850        0.5520  0.4544
#include <sstream>
#include <string>
#include <vector>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

std::vector<std::string> split_at_blanks(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> cells;
  for (std::string cell; stream >> cell;) cells.push_back(cell);
  return cells;
}

class Skorch final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern header(R"(^epoch\s.*\sdur$)");
    static const Pattern row(R"(^\d+(?:\s+(?:-?[\d.]+(?:e-?\d+)?|nan|inf|\+))+$)");
    static const Pattern ruler(R"(^-+(?:  -+)+$)");
    if (header.matches(line.text)) {
      columns_ = split_at_blanks(line.text);
      return true;
    }
    if (columns_.empty()) return false;
    if (!row.matches(line.text)) return ruler.matches(line.text);
    read_row(split_at_blanks(line.text), report);
    return true;
  }

 private:
  void read_row(std::vector<std::string> cells, Report& report) {
    std::erase(cells, "+");  // of the column "cp", which is empty where no checkpoint was written
    const auto epoch = parse_count(cells.front());
    if (!epoch || *epoch > 1e9) return;
    const int number = static_cast<int>(*epoch);
    report.epochs_count_from(1);
    report.epoch_ends(number);
    std::size_t cell = 1;
    for (std::size_t column = 1; column < columns_.size() && cell < cells.size(); ++column) {
      if (columns_[column] == "cp") continue;
      const auto value = parse_count(cells[cell++]);
      if (value && columns_[column] != "dur" && columns_[column] != "lr")
        report.metric(columns_[column], *value, number);
    }
  }

  std::vector<std::string> columns_;
};

}  // namespace

extern const FormatType skorch_format{"skorch",
                                      "the table of epochs, with any scores and checkpoints",
                                      Breadth::framework,
                                      Evidence::stated,
                                      {},  // rows have no words
                                      make_format<Skorch>};

}  // namespace joulecast::progress
