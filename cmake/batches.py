"""Decides which source files are compiled as one: batches.py FILE... prints the number of each file's batch.

Files of one batch must not meet in the names that each has for itself (anonymous namespaces, static, aliases). So a file joins
a batch only if none of its private names is a word of the batch's files, and none of theirs a word of it. That is stricter than the
compiler, which leaves overloads alone: no file can call another's function by mistake. What a file's headers declare counts as its
words. Aliases that mean the same may meet. Files that include the same heavy headers come together.
"""
import functools
import pathlib
import re
import sys

MOST_FILES, MOST_BYTES = 12, 60_000  # more files save little, and make one change cost more

ROOT = pathlib.Path(__file__).resolve().parents[1]
HOMES = [ROOT / home for home in ("src", "apps", "python", "include", "tests", "")]  # of what #include "…" names

NO_CODE = re.compile(r"""\bR"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])'|"(?:\\.|[^"\\\n])*\"""", re.S)
WORD = re.compile(r"(?<![\w.:])(?<!->)[A-Za-z_]\w*")  # not the members of something
ANONYMOUS = re.compile(r"^namespace \{$(.*?)^\} +$", re.S | re.M)  # after its end was a comment: }  // namespace
# What clang-format begins in the first column.
DECLARATION = re.compile(r"^(?:template *)?(?:\[\[.*?\]\] *)?(?:(?:struct|class|enum class|enum|concept) (\w+)|"
                         r"(?!using |namespace )[A-Za-z_][^=({;]*?[ *&](\w+)(?:\(| =|;|\[| ?\{))", re.M)
INTERNAL = re.compile(r"^(?:static|const|constexpr) [^=({;]*?[ *&](\w+)(?:\(| =|;|\[| ?\{)", re.M)
ALIAS = re.compile(r"^(?:using|namespace) (?:(\w+) = [^;]*|[\w:]*::(\w+));", re.M)
ARGUMENTS = re.compile(r"<[^<>;{}]*>")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
HEAVY = re.compile(r"^#include <(Eigen|boost|nlohmann)/", re.M)
REACHES_ON = re.compile(r"^#\s*(?:define|undef|pragma)|^using (?:namespace|enum) ", re.M)


def plain(code):
    """Without template arguments, in which anything may be: std::function<int()>."""
    count = 1
    while count:
        code, count = ARGUMENTS.subn("", code)
    return code


def declared(text):
    return {match[1] or match[2] for match in DECLARATION.finditer(text)}


@functools.cache
def header_names(name):
    """What a header declares for every file, and the headers that it includes."""
    path = next((home / name for home in HOMES if (home / name).exists()), None)
    if path is None:  # made by the build
        return frozenset()
    text = path.read_text(encoding="utf-8")
    return frozenset(declared(plain(NO_CODE.sub(" ", text)))).union(*map(header_names, INCLUDE.findall(text)))


class Source:
    def __init__(self, text):
        code = NO_CODE.sub(" ", text)
        self.size = len(text)
        self.heavy = sorted(set(HEAVY.findall(code)))
        self.alone = bool(REACHES_ON.search(code))
        self.words = set(WORD.findall(code))
        self.beyond = frozenset().union(*map(header_names, INCLUDE.findall(text)))
        self.aliases = {match[1] or match[2]: match[0] for match in ALIAS.finditer(code)}
        self.names = declared(plain("".join(ANONYMOUS.findall(code))))
        self.names |= {match[1] for match in INTERNAL.finditer(plain(code))}


class Batch:
    def __init__(self):
        self.files, self.size, self.alone = 0, 0, False
        self.words, self.beyond, self.names, self.aliases = set(), set(), set(), {}

    def takes(self, source):
        if not self.files:
            return True
        if self.alone or source.alone or self.files == MOST_FILES or self.size + source.size > MOST_BYTES:
            return False
        return not (hides(self, source) or hides(source, self))

    def add(self, source):
        self.files += 1
        self.size += source.size
        self.alone = source.alone
        self.words |= source.words
        self.beyond |= source.beyond
        self.names |= source.names
        self.aliases |= source.aliases


def hides(one, other):
    """Whether the other could take a name of this one for its own, or for another's."""
    aliases = {name for name, alias in one.aliases.items() if other.aliases.get(name) != alias}
    return bool(one.names & (other.words | other.beyond) or aliases & other.words)


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
