"""`@joulecast.track` on every kind of function."""
import asyncio
import inspect
import unittest

import joulecast
from support import PackageTest


@joulecast.track
def numbers(count):
    """Counts."""
    told = []
    try:
        for number in range(count):
            try:
                told.append((yield number))
            except KeyError:
                told.append("thrown")
    finally:
        numbers.status_within = joulecast.current().status
    return told


@joulecast.track
async def later(count):
    told = []
    try:
        for number in range(count):
            try:
                told.append((yield number))
            except KeyError:
                told.append("thrown")
    finally:
        later.told = told


class Decorator(PackageTest):
    def test_a_generator_is_measured_until_its_end(self):
        items = numbers(3)
        self.assertIsNone(joulecast.current())  # nothing has begun
        self.assertEqual(next(items), 0)
        run = joulecast.current()
        self.assertEqual((run.name, run.status), ("numbers", "running"))
        self.assertEqual(items.send("sent"), 1)
        self.assertEqual(items.throw(KeyError()), 2)
        with self.assertRaises(StopIteration) as over:
            next(items)
        self.assertEqual(over.exception.value, ["sent", "thrown", None])
        self.assertEqual((run.status, numbers.status_within), ("finished", "running"))
        self.assertEqual(self.one_run().name, "numbers")
        self.assertTrue(inspect.isgeneratorfunction(numbers))
        self.assertEqual(numbers.__doc__, "Counts.")

    def test_a_generator_that_is_left_or_fails(self):
        for end, status in ((lambda items: items.close(), "finished"), (lambda items: items.throw(OSError("full")), "failed")):
            items = numbers(3)
            next(items)
            run = joulecast.current()
            try:
                end(items)
            except OSError:
                pass
            self.assertEqual(run.status, status)
            self.assertIsNone(joulecast.current())

    def test_an_asynchronous_generator_is_measured_until_its_end(self):
        async def use():
            items = later(4)
            self.assertEqual(await anext(items), 0)
            run = joulecast.current()
            self.assertEqual(run.status, "running")
            self.assertEqual(await items.asend("sent"), 1)
            self.assertEqual(await items.athrow(KeyError()), 2)
            self.assertEqual([item async for item in items], [3])
            return run

        run = asyncio.run(use())
        self.assertEqual((run.name, run.status, later.told), ("later", "finished", ["sent", "thrown", None, None]))
        self.assertTrue(inspect.isasyncgenfunction(later))

    def test_an_asynchronous_generator_that_is_left_or_fails(self):
        async def use(end):
            items = later(4)
            await anext(items)
            run = joulecast.current()
            try:
                await end(items)
            except OSError:
                pass
            return run.status

        self.assertEqual(asyncio.run(use(lambda items: items.aclose())), "finished")
        self.assertEqual(asyncio.run(use(lambda items: items.athrow(OSError("full")))), "failed")

    def test_methods_of_classes(self):
        class Model:
            @joulecast.track
            @classmethod
            def of_class(cls):
                return cls, joulecast.current().name

            @joulecast.track("named")
            @staticmethod
            def of_nobody():
                return joulecast.current().name

            @classmethod
            @joulecast.track
            def inside(cls):
                return cls, joulecast.current().name

        self.assertEqual(Model.of_class(), (Model, "of_class"))
        self.assertEqual(Model.of_nobody(), "named")
        self.assertEqual(Model().inside(), (Model, "inside"))

    def test_functions_that_share_a_decorator_have_runs_of_their_own_names(self):
        measured = joulecast.track(tags={"team": "vision"})

        @measured
        def first():
            return joulecast.current().name

        @measured
        def second():
            return joulecast.current().name

        self.assertEqual([first(), second(), first()], ["first", "second", "first"])
        self.assertEqual(sorted(row.name for row in joulecast._core.list_runs(joulecast._core.ListRequest())), ["first", "first", "second"])


if __name__ == "__main__":
    unittest.main()
