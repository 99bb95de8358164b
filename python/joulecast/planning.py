"""What a budget of energy, time or money pays for."""

from __future__ import annotations

from . import _arguments as arguments
from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def budget(amount: str, gpu: str | Iterable[str], *, gpus: int = 1, precision: str = "bf16", mfu: float | None = None,
           power: float | None = None, host_power: float | None = None, kwh_price: float | None = None,
           gpu_hour_price: float | None = None, law: str | Iterable[str] | None = None,
           sparsity: float | Iterable[float] | None = None, size: str | int = "", country: str | None = None,
           region: str | None = None, intensity: float | None = None, pue: float | None = None) -> _core.BudgetPlans:
    """The model and the amount of data that make the most of a budget, by published scaling laws.

    Args:
        amount: "100kWh", "72h" of all GPUs together, "500 gpu-h", or "2000EUR" in any currency.
        gpu: name of the catalogue, or several.
        gpus: how many share the training.
        precision: of the matrix products: "bf16", "fp16", "tf32" or "fp32".
        mfu: share of the GPUs' peak that your training reaches, above 0 to 1; None for what is usual.
        power: mean power of one GPU in watts; None for what is usual.
        host_power: of the rest of the machine, in watts for each GPU; None leaves it out.
        kwh_price: of electricity, in the budget's currency; a budget of money needs it or the next.
        gpu_hour_price: of one GPU, in the budget's currency.
        law: "chinchilla-refit", "chinchilla", "sparse-t5", "sparse-vit"; one or several, None for the first three.
        sparsity: shares of zeros, for the sparse laws; None for 0.5 and 0.75.
        size: parameters of a model that is chosen already: "7B", "350M", 7_000_000_000.
        country: ISO code of where the electricity comes from, as for `track`; so the next three.
        region: of a cloud.
        intensity: g CO2e per kWh.
        pue: power usage effectiveness.

    Returns:
        An object with `plans`, the one that does the most first; each has `flop`, `duration_s`, `energy_j`, `cost`,
        `emissions` and `models`, and these `parameters`, `data` and `loss`. Figures have value, low and high.

    Raises:
        InvalidError: an unknown name, or an impossible number; it names the argument.
    """
    request = _core.BudgetRequest()
    request.amount = arguments.text("amount", amount)
    request.gpus = arguments.texts("gpu", gpu)
    request.gpu_count = arguments.whole("gpus", gpus, least=1, most=1 << 30)
    request.precision = arguments.text("precision", precision)
    request.mfu = arguments.optional(arguments.above_zero, "mfu", mfu)
    request.power_w = arguments.optional(arguments.above_zero, "power", power)
    request.host_w = arguments.optional(arguments.number, "host_power", host_power, least=0)
    request.kwh_price = arguments.optional(arguments.number, "kwh_price", kwh_price, least=0)
    request.gpu_hour_price = arguments.optional(arguments.number, "gpu_hour_price", gpu_hour_price, least=0)
    if law is not None:
        request.laws = arguments.texts("law", law)
    if sparsity is not None:
        request.sparsities = arguments.numbers_of("sparsity", sparsity, least=0, most=1)
    request.size = arguments.readable(size) if isinstance(size, str) else str(arguments.whole("size", size, least=1, most=1e18))
    request.set_place(*arguments.place(country, region, intensity, pue))
    return _core.plan_budget(request)
