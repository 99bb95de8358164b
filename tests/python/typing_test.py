"""The types that the package tells: the extension's stub names what there is, and a user's program passes mypy --strict."""
import ast
import pathlib
import subprocess
import sys
import textwrap
import unittest

import joulecast
from joulecast import _core
from support import PackageTest

PACKAGE = pathlib.Path(joulecast.__file__).parent
PROGRAM = """
    import joulecast

    @joulecast.track
    def train(size: int) -> int:
        return size

    with joulecast.track("resnet", epochs=3, tags={"batch_size": 32}) as run:
        for epoch in run.epochs(range(3)):
            for batch in run.steps([b"a", b"b"]):
                print(batch.decode(), epoch + 1)
            run.metric(f1=0.9)
        with run.window("validation"):
            pass
        forecast = run.projection
        if forecast is not None and forecast.ready:
            print(forecast.total_j, forecast.low_j)
        run.stop_if(projected_kwh=2, call=lambda ended, why: print(ended.name, why))
    kwh: float | None = run.energy.total_kwh
    for part in run.energy.components:
        print(part.device, part.energy_j, part.coverage)
    print(train(3) + 1)
    network = joulecast.describe("resnet50", input_shape=(3, 224, 224), batch=32)
    print(network.macs / 1e9, [layer.name for layer in network.layers])
    for one in joulecast.predict([network, "vgg16"], "A100", batch=[32, 64], epochs=1).predictions:
        if one.total_energy_j is not None:
            print(one.gpu, one.total_energy_j.value)
    current: joulecast.Run | None = joulecast.current()
    try:
        print(joulecast.load("resnet").energy.total_j)
    except joulecast.InvalidError as error:
        print(error.where, error.message)
"""
SETTINGS = """
    [mypy]
    strict = True
    [mypy-joulecast._core]
    disable_error_code = type-arg, no-untyped-def
    [mypy-pandas.*,IPython.*,keras.*,torch.*,jax.*,flax.*,nbformat.*]
    ignore_missing_imports = True
    follow_imports = skip
"""


class Stub(unittest.TestCase):
    def setUp(self):
        self.tree = ast.parse((PACKAGE / "_core.pyi").read_text())

    def test_the_package_says_that_it_is_typed(self):
        self.assertTrue((PACKAGE / "py.typed").exists())

    def test_it_names_what_the_extension_has(self):
        told = {node.name for node in self.tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        self.assertEqual(told, {name for name in vars(_core) if not name.startswith("_")})

    def test_its_classes_have_the_members_of_the_real_ones(self):
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                told = {member.name for member in node.body if isinstance(member, ast.FunctionDef) and not member.name.startswith("_")}
                with self.subTest(node.name):
                    self.assertEqual(told, {name for name in vars(getattr(_core, node.name)) if not name.startswith("_")})


class Mypy(PackageTest):
    def setUp(self):
        super().setUp()
        try:
            import mypy  # noqa: F401
        except ImportError:
            self.skipTest("mypy is not installed")

    def check(self, text, *files):
        (self.folder / "program.py").write_text(textwrap.dedent(text))
        (self.folder / "settings.ini").write_text(textwrap.dedent(SETTINGS))
        return subprocess.run([sys.executable, "-m", "mypy", "--config-file", "settings.ini", "--cache-dir", "cache", "program.py", *map(str, files)],
                              cwd=self.folder, capture_output=True, text=True, timeout=280, check=False)

    def test_a_user_s_program_and_the_package_itself_pass(self):
        done = self.check(PROGRAM, *(PACKAGE / name for name in ("__init__.py", "notebook.py", "describing/torch.py", "describing/keras.py", "describing/jax.py")))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_wrong_program_does_not(self):
        done = self.check("import joulecast\njoulecast.track(epochs='many')\nfor one in joulecast.Run.epochs:\n    pass\n")
        self.assertRegex(done.stdout, r"program.py:2: error: .*\"str\"")
        self.assertRegex(done.stdout, r"program.py:3: error: ")
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
