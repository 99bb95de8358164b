#include "progress/lines/preparation.hpp"

#include "progress/lines/pattern.hpp"

namespace joulecast::progress {

bool counts_preparation(std::string_view text) {
  static const Pattern words(
      R"((?i)^\W*(?:(?:now|start\w*|running)\s+)?(?:pre-?process|prepar|download|tokeni[sz]|map\b|mapping|filter|load|read|pars(?:e|ing)|generating (?:train|data)|cach(?:e|ing)|extract|fetch|build|convert|encod|embedd|index|scan|pack|shuffl|split|augment|sanity|calibrat|burn[ -]?in|warming up the data|(?:lr|learning[ _-]rate)[ _-]?(?:find|range|search|finder)|(?:find|search)\w*[ _](?:the |a |best |good |initial |optimal )*(?:lr|learning[ _-]?rate|batch[ _-]?size))\w*\b)");
  static const Pattern counted(R"(\d\s*(?:/|of\b|out of\b)\s*\d|\d\s?%|\b\d+\b)");
  static const Pattern precision(R"((?i)^\W*map(?:@?\d+)?\W{1,3}\d*\.\d)");  // "mAP: 0.41"
  return counted.matches(text) && words.matches(text) && !precision.matches(text);
}

bool tells_of_preparation(std::string_view text) {
  static const Pattern said(
      R"((?i)^\W*(?:using (?:the )?(?:device|gpu|cpu|cuda|mps|backend|accelerator|seed|\w+ (?:device|gpu|backend)|\d+ gpus?)\b|device\W|running on (?:the )?(?:gpu|cpu|cuda|mps|device)\b|(?:re)?load(?:ed|ing)\b|restor(?:ed|ing)\b|resum(?:ed?|ing)\b|(?:creat|build|built|initiali[sz]|instantiat|construct|compil|prepar)\w* (?:the |a )?(?:model|network|optimi[sz]er|data\w*|tokenizer|train\w* data\w*)\b|found \d[\d,]* \w+|(?:(?:total|number of|num|trainable|model|total trainable) )+(?:trainable )?(?:param|weight)\w*|model (?:has|size|summary)\b|(?:train\w*|number of train\w*|num train\w*) (?:samples|examples|images|set size|dataset|size)\W*(?:size\W*|has )?\d|data(?:set)? (?:size|loaded|has|contains)\b|vocab(?:ulary)?(?:[_ ]size)?\W*\d|(?:random )?seed(?:ed)?\W*\d|global seed\b|world size\b))");
  return said.matches(text);
}

}  // namespace joulecast::progress
