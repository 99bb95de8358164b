"""Decides which source files are compiled as one: batches.py FILE... prints the number of each file's batch.

Files of one batch must not meet in the names that each has for itself (anonymous namespaces, static, aliases). So a file joins
a batch only if none of its private names is a word of the batch's files, and none of theirs a word of it. That is stricter than the
compiler, which leaves overloads alone: no file can call another's function by mistake. Aliases that mean the same may meet.
Files that include the same heavy headers come together.
"""
import pathlib
import re
import sys

MOST_FILES, MOST_BYTES = 12, 60_000  # more files save little, and make one change cost more

NO_CODE = re.compile(r"""\bR"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])'|"(?:\\.|[^"\\\n])*\"""", re.S)
WORD = re.compile(r"(?<![\w.:])(?<!->)[A-Za-z_]\w*")  # not the members of something
ANONYMOUS = re.compile(r"^namespace \{$(.*?)^\} +$", re.S | re.M)  # after its end was a comment: }  // namespace
# What clang-format begins in the first column.
DECLARATION = re.compile(r"^(?:template *)?(?:\[\[.*?\]\] *)?(?:(?:struct|class|enum class|enum|concept) (\w+)|"
                         r"(?!using |namespace )[A-Za-z_][^=({;]*?[ *&](\w+)(?:\(| =|;|\[| ?\{))", re.M)
INTERNAL = re.compile(r"^(?:static|const|constexpr) [^=({;]*?[ *&](\w+)(?:\(| =|;|\[| ?\{)", re.M)
ALIAS = re.compile(r"^(?:using|namespace) (?:(\w+) = [^;]*|[\w:]*::(\w+));", re.M)
ARGUMENTS = re.compile(r"<[^<>;{}]*>")
HEAVY = re.compile(r"^#include <(Eigen|boost|nlohmann)/", re.M)
REACHES_ON = re.compile(r"^#\s*(?:define|undef|pragma)|^using (?:namespace|enum) ", re.M)


def plain(code):
    """Without template arguments, in which anything may be: std::function<int()>."""
    count = 1
    while count:
        code, count = ARGUMENTS.subn("", code)
    return code


class Source:
    def __init__(self, text):
        code = NO_CODE.sub(" ", text)
        self.size = len(text)
        self.heavy = sorted(set(HEAVY.findall(code)))
        self.alone = bool(REACHES_ON.search(code))
        self.words = set(WORD.findall(code))
        self.aliases = {match[1] or match[2]: match[0] for match in ALIAS.finditer(code)}
        self.names = {match[1] or match[2] for part in ANONYMOUS.findall(code) for match in DECLARATION.finditer(plain(part))}
        self.names |= {match[1] for match in INTERNAL.finditer(plain(code))} | set(self.aliases)


class Batch:
    def __init__(self):
        self.files, self.size, self.alone = 0, 0, False
        self.words, self.names, self.aliases = set(), set(), {}

    def takes(self, source):
        if not self.files:
            return True
        if self.alone or source.alone or self.files == MOST_FILES or self.size + source.size > MOST_BYTES:
            return False
        alike = {name for name, alias in source.aliases.items() if self.aliases.get(name) == alias}
        return not ((source.names - alike) & self.words or (self.names - alike) & source.words)

    def add(self, source):
        self.files += 1
        self.size += source.size
        self.alone = source.alone
        self.words |= source.words
        self.names |= source.names
        self.aliases |= source.aliases


def batches_of(texts):
    """The number of each text's batch: the first that takes it."""
    sources = [Source(text) for text in texts]
    batches, numbers = [], [None] * len(sources)
    for index in sorted(range(len(sources)), key=lambda index: sources[index].heavy):
        if not any(batch.takes(sources[index]) for batch in batches):
            batches.append(Batch())
        numbers[index] = next(number for number, batch in enumerate(batches) if batch.takes(sources[index]))
        batches[numbers[index]].add(sources[index])
    return numbers


if __name__ == "__main__":
    print(*batches_of(pathlib.Path(file).read_text(encoding="utf-8") for file in sys.argv[1:]), sep=";", end="")
