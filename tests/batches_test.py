"""Which source files cmake/batches.py lets be compiled as one."""
import os
import pathlib
import sys
import unittest

root = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(root / "cmake"))
import batches  # noqa: E402

FUNCTION = "namespace {\n\nint width(int value) {\n  return value;\n}\n\n}  // namespace\n"


class Batches(unittest.TestCase):
    def parted(self, *texts):
        self.assertEqual(batches.batches_of(texts), list(range(len(texts))))

    def together(self, *texts):
        self.assertEqual(batches.batches_of(texts), [0] * len(texts))

    def test_files_with_nothing_in_common_are_compiled_as_one(self):
        self.together(FUNCTION, "int height() {\n  return 1;\n}\n")

    def test_a_name_that_two_files_have_for_themselves_parts_them(self):
        self.parted(FUNCTION, FUNCTION)
        for declaration in ("struct width {};", "constexpr int width = 1;", "const std::map<int, int> width{{1, 2}};",
                            "template <class T>\nT width(T x) {\n}", "enum class width { none };", "int width[2];"):
            self.parted(FUNCTION, f"namespace {{\n\n{declaration}\n\n}}  // namespace\n")
        self.parted(FUNCTION, "static int width() {\n}\n")

    def test_a_private_name_is_no_word_of_the_others(self):
        # It would hide the function of an outer namespace that they call.
        self.parted(FUNCTION, "int area() {\n  return width(2.0);\n}\n")
        self.parted("int area() {\n  return width(2.0);\n}\n", FUNCTION)

    def test_what_headers_declare_is_a_word_of_those_that_include_them(self):
        hides = "namespace {\n\nstruct Error {};\n\n}  // namespace\n"
        self.parted(hides, '#include "base/result.hpp"\n')
        self.parted(hides, '#include "base/files.hpp"\n')  # which includes result.hpp
        self.together(hides, '#include "base/utf8.hpp"\n')

    def test_members_comments_and_texts_are_no_such_words(self):
        self.together(FUNCTION, "int area(const Box& box) {\n  return box.width + box.inner->width + Box::width;\n}\n")
        self.together(FUNCTION, '// width\nconst char* name() {\n  return "width";  /* width */\n}\n')
        self.together(FUNCTION, "const char* name() {\n  return R\"(\nwidth \" width)\";\n}\n")
        self.together(FUNCTION, "bool quoted(char c) {\n  return c == '\"';\n}\nconst char* name() { return \"width\"; }\n")

    def test_an_alias_may_have_one_meaning(self):
        self.together("using Json = nlohmann::json;\nJson a;\n", "using Json = nlohmann::json;\nJson b;\n")
        self.parted("using Json = nlohmann::json;\nJson a;\n", "using Json = nlohmann::ordered_json;\nJson b;\n")
        self.parted("using trace::Run;\nRun a;\n", "using store::Run;\nRun b;\n")

    def test_what_reaches_beyond_a_files_end_is_alone(self):
        for text in ("#define SIZE 2\n", '#pragma GCC target("avx2")\n', "using namespace sql;\n"):
            self.parted(text, "int height();\n", text)

    def test_a_batch_is_not_too_long(self):
        texts = [f"int f{number}();\n" for number in range(2 * batches.MOST_FILES)]
        self.assertEqual(max(batches.batches_of(texts)), 1)
        self.parted(*(f"int f{number}();\n" * (batches.MOST_BYTES // 12) for number in range(2)))

    def test_every_file_of_a_module_has_a_batch(self):
        files = sorted((root / "src/report").rglob("*.cpp"))
        numbers = batches.batches_of(file.read_text(encoding="utf-8") for file in files)
        self.assertEqual(len(numbers), len(files))
        self.assertLess(max(numbers), len(files) / 3)  # what is private must not be what every file says


if __name__ == "__main__":
    unittest.main()
