"""Tests the completions in the shells themselves, and the manual page with man. Shells that are not installed are skipped
visibly."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import JOULECAST, CommandTest


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"no {program} here")


class CompletionTest(CommandTest):
    def setUp(self):
        super().setUp()
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "joulecast").symlink_to(pathlib.Path(JOULECAST).resolve())
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"

    def script(self, shell, name):
        path = self.folder / name
        path.write_text(self.call("completion", shell).stdout)
        return path

    def output_of(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=self.environment, timeout=60,
                              cwd=self.folder, stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def store_a_run(self, name):
        self.call("run", "--quiet", "--name", name, "--", "true")
        return self.json("list")["runs"][0]["id"]

    def commands_in_help(self):
        return set(re.findall(r"^  ([a-z][\w-]*) {2,}", self.call("--help").stdout, re.MULTILINE))


class Bash(CompletionTest):
    def complete(self, *words):
        """The words that the shell offers when Tab is pressed after the last word."""
        program = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _joulecast; '
                   'printf "%s\\n" "${COMPREPLY[@]}"')
        script = self.script("bash", "joulecast.bash")
        offered = self.output_of("bash", "--norc", "-uc", program, "bash", script, "joulecast", *words)
        return set(offered.split("\n")) - {""}

    def test_the_script_registers_itself(self):
        script = self.script("bash", "joulecast.bash")
        self.assertEqual(self.output_of("bash", "--norc", "-euc", f"source {script}; complete -p joulecast"),
                         "complete -F _joulecast joulecast\n")

    def test_every_command_of_the_help_is_offered_and_no_other(self):
        commands = self.commands_in_help()
        self.assertGreater(len(commands), 20)
        self.assertEqual(self.complete(""), commands)
        self.assertEqual(self.complete("comp"), {"compare", "completion"})
        self.assertEqual(self.complete("--v"), {"--version"})

    def test_options_are_those_of_the_command(self):
        self.assertEqual(self.complete("run", "--on"), {"--on-limit"})
        self.assertEqual(self.complete("run", "--no-w"), {"--no-watch-output"})
        self.assertEqual(self.complete("list", "--on"), set())
        self.assertLessEqual({"-o", "--output"}, self.complete("fit", "-"))
        self.assertEqual(self.complete("calibrate", "--workload"), set(), "hidden options stay hidden")

    def test_fixed_values(self):
        self.assertEqual(self.complete("run", "--on-limit", ""), {"warn", "term"})
        self.assertEqual(self.complete("run", "--on-limit", "=", "t"), {"term"})
        self.assertEqual(self.complete("run", "--on-limit", "="), {"warn", "term"})
        self.assertEqual(self.complete("completion", ""), {"bash", "zsh", "fish"})

    def test_commands_below_a_command(self):
        self.assertEqual(self.complete("evaluate", ""), {"cpu", "online", "offline"})
        self.assertEqual(self.complete("evaluate", "online", "--wi"), {"--window"})

    def test_runs_by_id_and_name(self):
        run = self.store_a_run("digits")
        self.store_a_run("two words")
        self.assertLessEqual({run, "digits"}, self.complete("show", ""))
        self.assertEqual(self.complete("show", "di"), {"digits"})
        self.assertEqual(self.complete("rm", "--force", run[:-2]), {run})
        elsewhere = self.folder / "empty.db"
        self.assertEqual(self.complete("show", "--store", elsewhere, "di"), set())

    def test_files_where_a_file_is_wanted_and_nothing_where_a_number_is(self):
        (self.folder / "gpu.csv").write_text("")
        self.assertEqual(self.complete("import", "gp"), {"gpu.csv"})
        self.assertEqual(self.complete("show", "--json", "gp"), {"gpu.csv"})
        self.assertEqual(self.complete("predict", "--gpus", "gp"), set())

    def test_the_measured_command_is_completed_like_any_other(self):
        (self.folder / "train.py").write_text("")
        self.assertIn("bash", self.complete("run", "--name", "x", "--", "bas"))
        self.assertEqual(self.complete("run", "--", "python3", "tr"), {"train.py"})


@needs("fish")
class Fish(CompletionTest):
    def complete(self, line):
        script = self.script("fish", "joulecast.fish")
        offered = self.output_of("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
        return {entry.split("\t")[0] for entry in offered.splitlines()}

    def test_it_is_fish(self):
        self.output_of("fish", "--no-execute", self.script("fish", "joulecast.fish"))

    def test_it_completes(self):
        run = self.store_a_run("digits")
        self.assertEqual(self.complete("joulecast "), self.commands_in_help())
        self.assertEqual(self.complete("joulecast run --on"), {"--on-limit"})
        self.assertEqual(self.complete("joulecast run --on-limit "), {"warn", "term"})
        self.assertEqual(self.complete("joulecast evaluate "), {"cpu", "online", "offline"})
        self.assertEqual(self.complete("joulecast evaluate online --win"), {"--window"})
        self.assertLessEqual({run, "digits"}, self.complete("joulecast show "))
        (self.folder / "train.py").write_text("")
        self.assertEqual(self.complete("joulecast run -- cat tr"), {"train.py"})


@needs("zsh")
class Zsh(CompletionTest):
    # Starts zsh on a terminal of its own, types the line $2, presses Tab and prints every word that compadd receives and accepts.
    PRESS_TAB = r"""
zmodload zsh/zpty
zpty shell "zsh -f -i"
zpty -w shell "PS1= PROMPT_EOL_MARK=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word; stty -echo"
zpty -w shell 'compadd() {
  [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]] && { builtin compadd "$@"; return }
  local -a taken; builtin compadd -A taken "$@"
  print -rl -- OFFER:$^taken; builtin compadd "$@"
}; print READ"Y"'
zpty -r -m shell text "*READY*" || exit 3
zpty -w -n shell "$2"$'\t'
zpty -w -n shell $'\C-u'
zpty -w shell 'print FINI"SHED"'
zpty -r -m shell text "*FINISHED*"
print -r -- $text
"""

    def complete(self, line):
        self.script("zsh", "_joulecast")
        for _ in range(20):  # zsh gives a completion up when keys are waiting, as they are on a busy machine
            shown = self.output_of("zsh", "-f", "-c", self.PRESS_TAB, "zsh", self.folder, line)
            if offered := set(re.findall(r"OFFER:(.+?)\r?$", shown, re.MULTILINE)):
                return offered
        return set()

    def test_it_completes(self):
        run = self.store_a_run("digits")
        (self.folder / "train.py").write_text("")
        self.assertEqual(self.complete("joulecast "), self.commands_in_help())
        self.assertEqual(self.complete("joulecast run --on"), {"--on-limit"})
        self.assertEqual(self.complete("joulecast run --on-limit "), {"warn", "term"})
        self.assertEqual(self.complete("joulecast evaluate "), {"cpu", "online", "offline"})
        self.assertEqual(self.complete("joulecast evaluate online --win"), {"--window"})
        self.assertLessEqual({run, "digits"}, self.complete("joulecast show "))
        self.assertEqual(self.complete("joulecast import tr"), {"train.py"})
        self.assertEqual(self.complete("joulecast run -- cat tr"), {"train.py"})

    def test_it_is_zsh(self):
        self.output_of("zsh", "-n", self.script("zsh", "_joulecast"))

    def test_it_registers_itself_when_sourced_and_from_fpath(self):
        script = self.script("zsh", "_joulecast")
        for load in (f"autoload -Uz compinit; compinit -u -D; source {script}",
                     f"fpath=({self.folder} $fpath); autoload -Uz compinit; compinit -u -D"):
            self.assertEqual(self.output_of("zsh", "-f", "-c", load + "; print -- $_comps[joulecast]"), "_joulecast\n")


class ManPage(CompletionTest):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "joulecast.1"
        self.page.write_text(self.call("man-page").stdout)

    def test_it_is_ascii_and_names_every_command_and_option(self):
        text = self.page.read_bytes().decode("ascii").replace("\\-", "-")
        commands = self.commands_in_help()
        for command in sorted(commands):
            self.assertIn(f"\\fB{command}\\fR", text)
            options = re.findall(r"(?<![\w-])--[a-z][\w-]*", self.call(command, "--help").stdout)
            for option in set(options) - {"--help"}:
                self.assertIn(option, text, command)

    @needs("groff")
    def test_groff_has_no_warning(self):
        text = self.output_of("groff", "-man", "-ww", "-Tutf8", self.page)
        self.assertIn("EXIT STATUS", re.sub(r"\x1b\[[\d;]*m|.\x08", "", text))

    @needs("man")
    def test_man_has_no_warning(self):
        self.environment["MANWIDTH"] = "100"
        text = self.output_of("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", self.page)
        self.assertIn("What a training will cost, before it starts", re.sub(r"\x1b\[[\d;]*m|.\x08", "", text))


if __name__ == "__main__":
    unittest.main(verbosity=2)
